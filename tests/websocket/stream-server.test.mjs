// WebSocketStream on the side of the server.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import * as http2 from 'node:http2';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { fromNodeDuplex, transportPair } from 'sansocket/adapters';
import { connect, createWebSocketStreamClass, WebSocketStream as OverTcp } from 'sansocket/client';
import { acceptHttp2Stream, acceptUpgradeStream, acceptWebSocketStream, broadcast, closeAll } from 'sansocket/server';
import { WebSocketError } from 'sansocket/websocket';
import { listen, Raw, request } from '../server/support.mjs';
import { Peer, tasks } from './support.mjs';

const reasonOf = (promise) =>
  promise.then(
    () => assert.fail('it is fulfilled'),
    (reason) => reason,
  );

/** An HTTP server that accepts every upgrade, and the streams it has accepted. */
async function accepting(t, options) {
  const streams = [];
  const server = createServer().on('upgrade', (incoming, socket, head) => {
    streams.push(acceptUpgradeStream(incoming, socket, head, options));
  });
  return { port: await listen(t, server), streams };
}

test('a pipe from the client to the server and back, with backpressure over TCP', async (t) => {
  const { port, streams } = await accepting(t, { origins: 'any', protocols: ['chat'], perMessageDeflate: true });
  const WebSocketStream = createWebSocketStreamClass(connect({ proxy: false }), { perMessageDeflate: true });
  const client = new WebSocketStream(`ws://127.0.0.1:${port}/room?q`, { protocols: ['chat'] });
  const { readable, writable, protocol, extensions } = await client.opened;
  assert.deepEqual([protocol, /permessage-deflate/.test(extensions)], ['chat', true]);
  const [server] = streams;
  const atServer = await server.opened;
  assert.deepEqual([server.url, atServer.protocol], [`ws://127.0.0.1:${port}/room?q`, 'chat']);
  const echo = atServer.readable.pipeTo(atServer.writable);
  const writer = writable.getWriter();
  const sending = (async () => {
    for (let i = 0; i < 20; i += 1) await writer.write(new Uint8Array(100_000).fill(i));
  })();
  const reader = readable.getReader();
  for (let i = 0; i < 20; i += 1) {
    const { value } = await reader.read();
    assert.deepEqual([value.length, value[0], value.at(-1)], [100_000, i, i]);
  }
  await sending;
  await writer.close();
  await echo;
  const end = { closeCode: 1005, reason: '' };
  assert.deepEqual(await Promise.all([client.closed, server.closed]), [end, end]);
});

test('a request that is refused, and one that is decided to be', async (t) => {
  for (const [options, fields, status, message] of [
    [{ origins: ['https://app.example'] }, { Origin: 'https://evil.example' }, 403, /Origin|origin/],
    [{ origins: 'any' }, { 'Sec-WebSocket-Version': '12' }, 426, /Sec-WebSocket-Version must be 13/],
    [{ origins: 'any', authenticate: async () => ({ status: 401 }) }, {}, 401, /refused by this server/],
  ]) {
    const { port, streams } = await accepting(t, options);
    const raw = new Raw(port);
    raw.write(request(fields));
    const [line] = await raw.head();
    assert.match(line, new RegExp(`^HTTP/1.1 ${status} `));
    raw.socket.end();
    const reason = await reasonOf(streams[0].opened);
    assert.ok(reason instanceof WebSocketError);
    assert.match(reason.message, message);
    assert.equal(await reasonOf(streams[0].closed), reason);
  }
});

test('all are closed with 1001, and waited for', async (t) => {
  const { port, streams } = await accepting(t, { origins: 'any' });
  const clients = [1, 2, 3].map(() => new OverTcp(`ws://127.0.0.1:${port}/`));
  await Promise.all(clients.map(({ opened }) => opened));
  // It does not wait for messages that nobody reads.
  const writer = (await clients[0].opened).writable.getWriter();
  for (let i = 0; i < 3; i += 1) await writer.write('unread');
  assert.throws(() => broadcast(streams, 'x'), /got a WebSocketStream/);
  await closeAll(streams, { reason: 'back at noon' });
  const end = { closeCode: 1001, reason: 'back at noon' };
  assert.deepEqual(await Promise.all(clients.map(({ closed }) => closed)), [end, end, end]);
  await closeAll(streams);
});

test('a client that goes away', async (t) => {
  const { port, streams } = await accepting(t, { origins: 'any' });
  const raw = new Raw(port);
  raw.write(request());
  await raw.head();
  const { readable } = await streams[0].opened;
  const reading = reasonOf(readable.getReader().read());
  raw.socket.resetAndDestroy();
  const reason = await reasonOf(streams[0].closed);
  assert.deepEqual([reason.closeCode, await reading], [1006, reason]);
});

test('over HTTP/2', async (t) => {
  const server = http2.createServer({ settings: { enableConnectProtocol: true } });
  const accepted = new Promise((resolve) => {
    server.on('stream', (stream, headers) => resolve(acceptHttp2Stream(stream, headers, { origins: 'any' })));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = http2.connect(`http://127.0.0.1:${server.address().port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  await once(session, 'remoteSettings');
  const fields = { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/x', ':scheme': 'https' };
  const stream = session.request({ ...fields, ':authority': 'h', 'sec-websocket-version': '13' }, { endStream: false });
  const peer = new Peer(fromNodeDuplex(stream), { role: 'client' });
  const opened = await accepted;
  const { readable, writable } = await opened.opened;
  assert.equal(opened.url, 'wss://h/x');
  await peer.send((connection) => connection.sendText('hello'));
  const { value } = await readable.getReader().read();
  await writable.getWriter().write(value.toUpperCase());
  assert.equal((await peer.event('text')).data, 'HELLO');
  opened.close({ closeCode: 4000 });
  await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  assert.equal((await opened.closed).closeCode, 4000);
});

test('on any transport, with and without a handshake', async () => {
  const [near, far] = transportPair();
  const WebSocketStream = createWebSocketStreamClass(() => near);
  const client = new WebSocketStream('ws://in.memory/x');
  const server = acceptWebSocketStream(far, { origins: 'any', scheme: 'wss' });
  const { writable } = await client.opened;
  const { readable } = await server.opened;
  assert.equal(server.url, 'wss://in.memory/x');
  writable.getWriter().write('hello');
  assert.equal((await readable.getReader().read()).value, 'hello');
  server.close({ closeCode: 4000 });
  assert.equal((await client.closed).closeCode, 4000);

  const [left, right] = transportPair();
  const bare = acceptWebSocketStream(right, { handshake: 'none', protocol: 'mine', extensions: 'x-own' });
  const { protocol, extensions } = await bare.opened;
  assert.deepEqual([bare.url, protocol, extensions], ['', 'mine', 'x-own']);
  const writer = left.writable.getWriter();
  await writer.close();
  await reasonOf(bare.closed);
  assert.throws(() => acceptWebSocketStream(undefined, { origins: 'any' }), /"transport" expected/);
});

test('a server stops a client that sends faster than it reads', async () => {
  const [near, far] = transportPair({ highWaterMark: 1000 });
  const server = acceptWebSocketStream(far, { handshake: 'none' });
  const { readable } = await server.opened;
  const writer = near.writable.getWriter();
  const client = new Connection({ role: 'client' });
  let sent = 0;
  const sending = (async () => {
    for (let i = 0; i < 50; i += 1) {
      client.sendBinary(new Uint8Array(1000));
      for (const bytes of client.dataToSend()) await writer.write(bytes);
      sent += 1;
    }
  })();
  await tasks(100);
  assert.ok(sent < 10, `${sent} were taken`);
  const reader = readable.getReader();
  for (let i = 0; i < 50; i += 1) assert.equal((await reader.read()).value.length, 1000);
  await sending;
  await writer.close();
  await reasonOf(server.closed);
  client.free();
});
