// Sockets to a server: TCP, TLS and Unix domain sockets, and each way in which there is none.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConnectError, connect } from 'sansocket/client';
import { ca, echo, identity, listening, tcpServer, tlsServer } from './support/servers.mjs';
import { assertEcho, errorOf, exchange, requestFor } from './support/transport.mjs';

/** A port of loopback on which nobody listens any more. */
async function deadPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A name server that knows but these addresses. */
const lookupOf =
  (...addresses) =>
  (_host, { all }, callback) => {
    const list = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    process.nextTick(() => (all ? callback(null, list) : callback(null, list[0].address, list[0].family)));
  };

test('ws: goes over TCP, and each direction ends by itself', async (t) => {
  const server = await tcpServer(t, echo);
  const request = requestFor(`ws://127.0.0.1:${server.port}/`);
  await assertEcho(await connect()(request));
  assert.equal(await exchange(await connect()(request), 'Hello'), 'Hello');
  await server.idle();
});

test('of several addresses the one that answers is taken', async (t) => {
  const server = await tcpServer(t, echo);
  const tcp = { lookup: lookupOf('::1', '127.0.0.1'), autoSelectFamily: true };
  await assertEcho(await connect({ tcp })(requestFor(`ws://server.test:${server.port}/`)));
});

test('a Unix domain socket takes the place of host and port', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  await listening(t, createServer({ allowHalfOpen: true }, echo), socketPath);
  await assertEcho(await connect({ socketPath })(requestFor('ws://server.test/')));

  const nowhere = join(folder, 'nothing');
  const error = await errorOf(connect({ socketPath: nowhere })(requestFor('ws://server.test/')));
  assert.equal(error.message, `cannot reach ${nowhere}: there is no such socket`);
});

test('wss: goes over TLS, with the name of the host and ALPN', async (t) => {
  const seen = [];
  const server = await tlsServer(t, { ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    seen.push([socket.servername, socket.alpnProtocol]);
    echo(socket);
  });
  const tls = { ca };
  await assertEcho(await connect({ tls })(requestFor(`wss://localhost:${server.port}/`)));
  // An address is no name (RFC 6066 §3).
  await assertEcho(await connect({ tls })(requestFor(`wss://127.0.0.1:${server.port}/`)));
  await server.idle();
  assert.deepEqual(seen, [
    ['localhost', 'http/1.1'],
    [false, 'http/1.1'],
  ]);
});

test('TLS options: another name, and a certificate of the client', async (t) => {
  const seen = [];
  const server = await tlsServer(t, { ca, requestCert: true, rejectUnauthorized: true }, (socket) => {
    seen.push(socket.servername, socket.getPeerCertificate().subject.CN);
    echo(socket);
  });
  const tls = { ca, servername: 'server.test', ...identity('client') };
  await assertEcho(await connect({ tls })(requestFor(`wss://127.0.0.1:${server.port}/`)));
  assert.deepEqual(seen, ['server.test', 'client']);
});

test('TLS over a Unix domain socket checks the host of the URL', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'socket');
  const { createServer: createTlsServer } = await import('node:tls');
  await listening(t, createTlsServer(identity('server'), echo), socketPath);
  const tls = { ca };
  await assertEcho(await connect({ socketPath, tls })(requestFor('wss://server.test/')));
  const error = await errorOf(connect({ socketPath, tls })(requestFor('wss://elsewhere.test/')));
  assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('an error says what was tried and why it failed, and keeps its cause', async (t) => {
  const dead = await deadPort();
  const plain = await tcpServer(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const trusted = await tlsServer(t, {});
  const expired = await tlsServer(t, identity('expired'));
  const other = await tlsServer(t, identity('other'));
  const silent = await tcpServer(t, (socket) => socket.end());
  const unknown = (_host, _options, callback) =>
    callback(Object.assign(new Error('getaddrinfo ENOTFOUND nowhere.test'), { code: 'ENOTFOUND' }));
  const cases = [
    [`ws://127.0.0.1:${dead}/`, {}, 'ECONNREFUSED', `cannot reach 127.0.0.1:${dead}: connection refused`],
    [
      'ws://nowhere.test/',
      { tcp: { lookup: unknown } },
      'ENOTFOUND',
      'cannot reach nowhere.test:80: the name is not known',
    ],
    [
      `ws://both.test:${dead}/`,
      { tcp: { lookup: lookupOf('127.0.0.1', '127.0.0.1'), autoSelectFamily: true } },
      'ECONNREFUSED',
      `cannot reach both.test:${dead}: connection refused`,
    ],
    [
      `wss://localhost:${trusted.port}/`,
      {},
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      `no TLS with localhost:${trusted.port}: its certificate is signed by an authority that is not trusted`,
    ],
    [
      `wss://localhost:${expired.port}/`,
      { tls: { ca } },
      'CERT_HAS_EXPIRED',
      `no TLS with localhost:${expired.port}: its certificate has expired`,
    ],
    [
      `wss://localhost:${other.port}/`,
      { tls: { ca } },
      'ERR_TLS_CERT_ALTNAME_INVALID',
      `no TLS with localhost:${other.port}: Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames: DNS:other.test`,
    ],
    [
      `wss://127.0.0.1:${plain.port}/`,
      {},
      'ERR_SSL_WRONG_VERSION_NUMBER',
      `no TLS with 127.0.0.1:${plain.port}: it does not speak TLS`,
    ],
    [
      `wss://127.0.0.1:${silent.port}/`,
      {},
      'ECONNRESET',
      `no TLS with 127.0.0.1:${silent.port}: the connection was reset`,
    ],
  ];
  for (const [url, options, code, message] of cases) {
    const error = await errorOf(connect(options)(requestFor(url)));
    assert.ok(error instanceof ConnectError, `${error}`);
    assert.equal(error.message, message);
    assert.equal(error.code, code);
    assert.ok(error.cause instanceof Error);
  }
  for (const server of [plain, trusted, expired, other, silent]) await server.idle();
});

test('time limits: for the connection, and for TLS', async (t) => {
  const silent = await tcpServer(t);
  const never = { tcp: { lookup: () => {} }, connectTimeout: 20 };
  const slow = await errorOf(connect(never)(requestFor('ws://slow.test/')));
  assert.equal(slow.message, 'cannot reach slow.test:80: no answer in 20 ms');
  assert.equal(slow.code, 'ERR_TIMEOUT');
  const mute = await errorOf(connect({ tlsTimeout: 20 })(requestFor(`wss://127.0.0.1:${silent.port}/`)));
  assert.equal(mute.message, `no TLS with 127.0.0.1:${silent.port}: no answer in 20 ms`);
  await silent.idle();
});

test('wrong options are refused at once, by their names', () => {
  const cases = [
    [{ proxy: 'ftp://proxy.test' }, '"options.proxy" expected an http: or https: URL, got one of ftp:'],
    [{ proxy: 'http://' }, '"options.proxy" expected an http: or https: URL, got something else'],
    [
      { proxy: { url: 'socks5://proxy.test' } },
      '"options.proxy.url" expected an http: or https: URL, got one of socks5:',
    ],
    [
      { proxy: { url: 'http://p.test', headers: { 'a b': 'c' } } },
      '"options.proxy.headers" expected names of header fields, got string',
    ],
    [
      { proxy: { url: 'http://p.test', headers: { a: 'b\r\nc: d' } } },
      '"options.proxy.headers["a"]" expected a value of one line',
    ],
    [{ proxy: 'http://p.test', socketPath: '/s' }, '"options.proxy" expected none beside "options.socketPath"'],
    [{ socketPath: '' }, '"options.socketPath" expected a path, got string'],
    [{ http2: 'yes' }, '"options.http2" expected boolean, got string'],
    [{ tls: null }, '"options.tls" expected an object, got null'],
    [{ connectTimeout: -1 }, '"options.connectTimeout" expected milliseconds from 0 to 2147483647 or Infinity, got -1'],
    [
      { tlsTimeout: Number.NaN },
      '"options.tlsTimeout" expected milliseconds from 0 to 2147483647 or Infinity, got NaN',
    ],
  ];
  for (const [options, message] of cases) assert.throws(() => connect(options), { message });
});
