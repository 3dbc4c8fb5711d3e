// The same client on Node, Deno and Bun: every way to a server of Node.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { acceptHttp2 } from 'sansocket/server';
import { runtime } from '../../tools/lib/steps.mjs';
import { proxyServer } from './support/proxy.mjs';
import { ca, identity, listening, tcpServer, tlsServer } from './support/servers.mjs';
import { echoServer, refusingServer, response } from './support/websocket.mjs';

const program = fileURLToPath(new URL('support/visit.mjs', import.meta.url));
const runtimes = {
  Node: [process.execPath],
  Deno: [runtime('deno'), 'run', '--allow-all', '--node-modules-dir=none'],
  Bun: [runtime('bun')],
};

function http2Server(t) {
  const server = createSecureServer({ ...identity('server'), settings: { enableConnectProtocol: true } });
  server.on('stream', (stream, headers) => {
    const peer = acceptHttp2(stream, headers, { origins: 'any' });
    peer.onmessage = ({ data }) => peer.send(data);
  });
  return listening(t, server);
}

for (const [name, [command, ...args]] of Object.entries(runtimes)) {
  test(name, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sansocket-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const socketPath = join(folder, 'socket');
    const plain = await echoServer(t);
    const secure = await echoServer(t, { tls: true });
    const local = await echoServer(t, { path: socketPath });
    const http2 = await http2Server(t);
    const proxy = await proxyServer(t);
    const secureProxy = await proxyServer(t, { tls: true });
    const refusing = await refusingServer(t, (socket) => socket.end(response('403 Forbidden')));
    const refusingProxy = await proxyServer(t, {
      answer: (socket) => socket.end(response('407 Proxy Authentication Required')),
    });
    const mute = await tcpServer(t);
    const secureMute = await tlsServer(t, {});
    const servers = [plain, secure, local, http2, proxy, secureProxy, refusing, refusingProxy, mute, secureMute];

    const trusted = ca.toString();
    const through = ({ port }, scheme = 'http') => `${scheme}://localhost:${port}`;
    const works = ['Hello', 1000, true];
    const visits = {
      TCP: [`ws://127.0.0.1:${plain.port}/`, {}, works],
      TLS: [`wss://localhost:${secure.port}/`, { trusted }, works],
      'a Unix domain socket': ['ws://server.test/', { socketPath }, works],
      'HTTP/2': [`wss://localhost:${http2.port}/`, { http2: true, trusted }, works],
      'a proxy': [`ws://127.0.0.1:${plain.port}/`, { proxy: through(proxy) }, works],
      'TLS through a proxy': [`wss://localhost:${secure.port}/`, { proxy: through(proxy), trusted }, works],
      'TLS through TLS': [`wss://localhost:${secure.port}/`, { proxy: through(secureProxy, 'https'), trusted }, works],
      'no trust': [`wss://localhost:${secure.port}/`, {}, ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 0]],
      'a refusal': [`ws://127.0.0.1:${refusing.port}/`, {}, ['ERR_HANDSHAKE_REFUSED', 403]],
      'a refusing proxy': ['ws://server.test/', { proxy: through(refusingProxy) }, ['ERR_PROXY_REFUSED', 407]],
      silence: [`ws://127.0.0.1:${mute.port}/`, { handshakeTimeout: 50 }, ['ERR_TIMEOUT', 0]],
      'silence in TLS through TLS': [
        `wss://localhost:${secureMute.port}/`,
        { proxy: through(secureProxy, 'https'), trusted, handshakeTimeout: 500 },
        ['ERR_TIMEOUT', 0],
      ],
      'silence below TLS': [`wss://127.0.0.1:${mute.port}/`, { tlsTimeout: 50 }, ['ERR_TIMEOUT', 0]],
    };
    const asked = Object.entries(visits).map(([visit, [url, options]]) => [visit, [url, options]]);
    const expected = Object.entries(visits).map(([visit, [, , result]]) => [visit, result]);
    const { stdout } = await promisify(execFile)(
      command,
      [...args, program, JSON.stringify(Object.fromEntries(asked))],
      { timeout: 120_000 },
    );
    assert.deepEqual(JSON.parse(stdout), Object.fromEntries(expected));
    for (const server of servers) await server.idle();
  });
}
