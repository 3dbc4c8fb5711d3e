// What can be sent when, and how much of it is on its way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebSocketClass } from 'sansocket/websocket';
import { manual, next, overMemory, Peer, pair, tasks, until, watch } from './support.mjs';

/** An open socket over a transport that takes a write when it is told to. */
async function blocked(options) {
  const waiting = [];
  const { transport, controller } = manual({
    writable: new WritableStream({ write: () => new Promise((resolve) => waiting.push(resolve)) }),
  });
  const WebSocket = createWebSocketClass(() => transport, { handshake: 'none', closeTimeout: 50, ...options });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  const take = async () => {
    await tasks(3);
    waiting.shift()();
    await tasks(3);
  };
  return { socket, take, controller, waiting };
}

/** An open socket without handshake, and its peer. */
async function openOver(options) {
  const { WebSocket, peers } = overMemory({ handshake: 'none', ...options });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  return { socket, peer: new Peer(peers[0], { role: 'server' }) };
}

test('bufferedAmount rises inside send, and does not fall within a task', async () => {
  const { socket, peer } = await openOver();
  socket.send('12345');
  assert.equal(socket.bufferedAmount, 5);
  // Microtasks are of the same task.
  for (let i = 0; i < 20; i += 1) await undefined;
  assert.equal(socket.bufferedAmount, 5);
  socket.send('678');
  assert.equal(socket.bufferedAmount, 8);
  await tasks(3);
  assert.equal(socket.bufferedAmount, 0);
  socket.close();
  await peer.event('close');
  await peer.end();
});

test('bufferedAmount does not fall while listeners of one event run', async () => {
  const { socket, peer } = await openOver();
  const amounts = [];
  for (const text of ['12345', '678']) {
    socket.addEventListener('message', () => {
      socket.send(text);
      amounts.push(socket.bufferedAmount);
    });
  }
  await peer.send((connection) => connection.sendText('ask'));
  await until(() => peer.log.length === 2);
  assert.deepEqual([amounts, socket.bufferedAmount], [[5, 8], 0]);
  socket.close();
  await peer.event('close');
  await peer.end();
});

test('bufferedAmount falls as the transport takes what is sent, not before', async () => {
  const { socket, take, waiting } = await blocked();
  socket.send('é');
  socket.send(new Uint8Array(10));
  await tasks(5);
  assert.equal(socket.bufferedAmount, 12);
  // What is sent meanwhile goes out together.
  socket.send(new Uint8Array(100));
  socket.send(new Uint8Array(1000));
  await take();
  assert.equal(socket.bufferedAmount, 1100);
  assert.equal(waiting.length, 1);
  await take();
  assert.equal(socket.bufferedAmount, 0);
  socket.close();
});

test('neither CLOSING nor CLOSED throws: nothing is sent, and bufferedAmount grows', async () => {
  const { socket, peer } = await openOver();
  const end = watch(socket);
  socket.close();
  let expected = 0;
  const grow = () => {
    for (const [data, length] of [
      ['é', 2],
      [new Uint8Array(3), 3],
      [new Blob(['12345']), 5],
      [null, 4],
    ]) {
      socket.send(data);
      expected += length;
      assert.equal(socket.bufferedAmount, expected);
    }
  };
  grow();
  await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  await end;
  grow();
  await tasks(3);
  assert.equal(socket.bufferedAmount, expected);
  assert.deepEqual(peer.events, [{ type: 'close', code: 1005, reason: '' }]);
});

test('what is sent in one task goes out in one write', async () => {
  const { transport, calls } = manual();
  const WebSocket = createWebSocketClass(() => transport, { handshake: 'none', closeTimeout: 50 });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  for (let i = 0; i < 100; i += 1) socket.send(`${i}`);
  await tasks(3);
  const writes = calls.filter(([call]) => call === 'write');
  assert.equal(writes.length, 1);
  // Nobody else's memory.
  const [[, bytes]] = writes;
  assert.deepEqual([bytes.byteLength, bytes.buffer instanceof ArrayBuffer], [bytes.buffer.byteLength, true]);
  socket.close();
});

test('memory that is shared or can be resized is refused, and nothing counted', async () => {
  const { socket } = await pair();
  const resizable = new ArrayBuffer(4, { maxByteLength: 8 });
  for (const data of [
    new SharedArrayBuffer(1),
    new Uint8Array(new SharedArrayBuffer(1)),
    resizable,
    new Uint8Array(resizable),
  ]) {
    assert.throws(() => socket.send(data), TypeError);
  }
  assert.throws(() => socket.send(Symbol('x')), TypeError);
  assert.equal(socket.bufferedAmount, 0);
  socket.close();
});

test('a Blob that cannot be read fails the connection', async () => {
  const { socket, peer } = await openOver();
  const end = watch(socket);
  const cause = new Error('the file is gone');
  socket.send('before');
  socket.send(Object.assign(new Blob(['12345']), { arrayBuffer: () => Promise.reject(cause) }));
  socket.send('behind');
  const { types, code, wasClean, error } = await end;
  assert.deepEqual([types, code, wasClean], [['error', 'close'], 1006, false]);
  assert.deepEqual([error.message, error.cause], ['a Blob could not be read', cause]);
  await peer.event('close');
  assert.deepEqual(peer.log, ['before', 1011]);
  await peer.end();
});

test('a Blob that cannot be read after the end changes nothing: CLOSED is final', async () => {
  const { socket, peer } = await openOver();
  const end = watch(socket);
  let reject;
  const reading = new Promise((_, giveUp) => {
    reject = giveUp;
  });
  socket.send(Object.assign(new Blob(['12345']), { arrayBuffer: () => reading }));
  await peer.end();
  await end;
  assert.equal(socket.readyState, 3);
  const later = [];
  for (const type of ['error', 'close']) socket.addEventListener(type, () => later.push(type));
  reject(new Error('the file is gone'));
  await tasks(5);
  assert.deepEqual([socket.readyState, later], [3, []]);
});

test('a Close keeps its place behind a Blob', async () => {
  const { socket, peer } = await openOver();
  const end = watch(socket);
  socket.send(new Blob(['12']));
  socket.send('text');
  socket.close(4000);
  assert.equal(socket.readyState, 2);
  await peer.event('close');
  assert.deepEqual(
    peer.events.map(({ type }) => type),
    ['binary', 'text', 'close'],
  );
  await peer.send(() => {});
  await peer.end();
  assert.equal((await end).wasClean, true);
});

test('a send buffer that is full: error, then close, and what was sent before is sent', async () => {
  const { socket, peer } = await openOver({ limits: { maxBufferedBytes: 100 } });
  const end = watch(socket);
  socket.send('fits');
  socket.send('x'.repeat(200));
  assert.equal(socket.readyState, 2);
  assert.equal(socket.bufferedAmount, 204);
  const { types, code, wasClean, error } = await end;
  assert.deepEqual([types, code, wasClean, error.code], [['error', 'close'], 1006, false, 'buffer_full']);
  await peer.event('close');
  assert.deepEqual(peer.log, ['fits', 1011]);
  await peer.end();
});
