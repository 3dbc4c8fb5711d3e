// Pairs of connected Node streams: `[near, far, release]`.

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';

/** A self-signed certificate for localhost, for tests alone. */
const read = (name) => readFileSync(new URL(`keys/${name}.pem`, import.meta.url), 'utf8');
export const credentials = { key: read('key'), cert: read('cert') };

async function connected(server, event, listenOptions, connect) {
  server.listen(listenOptions);
  await once(server, 'listening');
  const near = connect(server.address());
  const [far] = await once(server, event);
  const release = () => {
    near.destroy();
    far.destroy();
    server.close();
  };
  return [near, far, release];
}

const loopback = { port: 0, host: '127.0.0.1' };

export const tcp = () =>
  connected(net.createServer(), 'connection', loopback, ({ port }) => net.connect({ port, host: '127.0.0.1' }));

export async function unix() {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  const path = join(folder, 'socket');
  const [near, far, close] = await connected(net.createServer(), 'connection', { path }, () => net.connect({ path }));
  const release = () => {
    close();
    rmSync(folder, { recursive: true });
  };
  return [near, far, release];
}

export const overTls = () =>
  connected(tls.createServer(credentials), 'secureConnection', loopback, ({ port }) =>
    tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: credentials.cert }),
  );

/** A stream of an extended CONNECT (RFC 8441). */
export async function overHttp2() {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  let session;
  const [near, far, close] = await connected(server, 'stream', loopback, ({ port }) => {
    session = http2.connect(`http://127.0.0.1:${port}`);
    return session.request({ ':path': '/' }, { endStream: false });
  });
  far.respond({ ':status': 200 });
  const release = () => {
    close();
    session.destroy();
  };
  return [near, far, release];
}
