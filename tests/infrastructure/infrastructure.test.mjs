// A server behind real reverse proxies, and a client behind a real forward proxy.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { test } from 'node:test';
import { connect } from 'sansocket/client';
import { acceptHttp2, acceptUpgrade, refuseUpgrade } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';
import { ca, haproxy, nginx, tinyproxy } from './proxies.mjs';

const options = { origins: ['https://app.example'], protocols: ['chat'], perMessageDeflate: true };
const limits = { maxMessageSize: 4 << 20 };

function echo(socket) {
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => {
    if (data === 'bye') socket.close(4000, 'as you wish');
    else socket.send(data);
  };
}

async function listening(t, server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return server.address().port;
}

/** A server that echoes on /echo and knows nothing else. */
function echoServer(t) {
  const server = createServer();
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/echo') echo(acceptUpgrade(request, socket, head, { ...options, limits }));
    else refuseUpgrade(request, socket, head, { status: 404, body: 'not here\n' });
  });
  return listening(t, server);
}

/** The same over HTTP/2 without TLS. */
function echoHttp2Server(t) {
  const server = createHttp2Server({ settings: { enableConnectProtocol: true } });
  server.on('stream', (stream, headers) => echo(acceptHttp2(stream, headers, { ...options, limits })));
  return listening(t, server);
}

const headers = { origin: 'https://app.example' };

/** Everything that a connection does, over this way to the server. */
async function check(url, way) {
  const WebSocket = createWebSocketClass(connect({ tls: { ca }, ...way }), { perMessageDeflate: true, limits });
  const socket = new WebSocket(url, { protocols: ['superchat', 'chat'], headers });
  socket.binaryType = 'arraybuffer';
  await opened(socket);
  assert.equal(socket.protocol, 'chat');
  assert.match(socket.extensions, /^permessage-deflate/);
  const binary = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * i) >> 7);
  const messages = ['', 'Grüße', 'x'.repeat(70_000), binary.buffer];
  const received = [];
  const all = new Promise((resolve) => {
    socket.onmessage = ({ data }) => {
      received.push(data);
      if (received.length === messages.length) resolve();
    };
  });
  for (const message of messages) socket.send(message);
  await Promise.race([all, closed(socket).then((event) => assert.fail(`closed with ${event.code}`))]);
  assert.deepEqual(received, messages);
  const end = closed(socket);
  socket.send('bye');
  const { code, reason, wasClean } = await end;
  assert.deepEqual({ code, reason, wasClean }, { code: 4000, reason: 'as you wish', wasClean: true });
}

const opened = (socket) =>
  new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = ({ error }) => reject(error);
  });
const closed = (socket) => new Promise((resolve) => socket.addEventListener('close', resolve));

test('behind nginx, which ends TLS', async (t) => {
  const port = await nginx(t, await echoServer(t));
  await check(`wss://localhost:${port}/echo`);
  await assert.rejects(
    opened(new (createWebSocketClass(connect({ tls: { ca } })))(`wss://localhost:${port}/other`, { headers })),
    (error) => error.response.status === 404 && Buffer.from(error.response.body).toString() === 'not here\n',
  );
  const foreign = { headers: { origin: 'https://elsewhere.example' } };
  await assert.rejects(
    opened(new (createWebSocketClass(connect({ tls: { ca } })))(`wss://localhost:${port}/echo`, foreign)),
    (error) => error.response.status === 403,
  );
});

test('behind HAProxy, which ends TLS', async (t) => {
  const port = await haproxy(t, await echoServer(t));
  await check(`wss://localhost:${port}/echo`);
});

test('behind HAProxy, by HTTP/2 to it and HTTP/1.1 from it', async (t) => {
  const port = await haproxy(t, await echoServer(t));
  await check(`wss://localhost:${port}/echo`, { http2: true });
});

test('behind HAProxy, by HTTP/2 all the way', async (t) => {
  const port = await haproxy(t, await echoHttp2Server(t), 'h2');
  await check(`wss://localhost:${port}/echo`, { http2: true });
});

test('through tinyproxy', async (t) => {
  const port = await tinyproxy(t, { user: 'user', password: 'secret' });
  const server = await echoServer(t);
  await check(`ws://127.0.0.1:${server}/echo`, { proxy: `http://user:secret@127.0.0.1:${port}` });
  // On the whole way: out through a proxy, in through another.
  await check(`wss://localhost:${await nginx(t, server)}/echo`, { proxy: `http://user:secret@127.0.0.1:${port}` });
  const WebSocket = createWebSocketClass(connect({ proxy: `http://user:wrong@127.0.0.1:${port}` }));
  await assert.rejects(opened(new WebSocket(`ws://127.0.0.1:${server}/echo`, { headers })), /40[17]/);
});
