// What the host refuses in the middle of a connection ends it, and nothing else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { createWebSocketClass, createWebSocketStreamClass } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { manual, next, tasks, watch } from './support.mjs';

const ping = encodeFrame({ opcode: 9 });

/** Something to do with a socket that needs a masking key, sooner or later. */
const needs = {
  send: (socket) => socket.send('x'),
  'a Ping of the peer': (_, controller) => {
    try {
      controller.enqueue(ping);
    } catch {
      // Nobody reads any more.
    }
  },
};

for (const [name, act] of Object.entries(needs)) {
  test(`no randomness any more: ${name}`, async (t) => {
    const { transport, controller, calls } = manual();
    const socket = new (createWebSocketClass(() => transport, { handshake: 'none' }))('ws://h/');
    const end = watch(socket);
    await next(socket, 'open');
    t.mock.method(crypto, 'getRandomValues', () => {
      throw new Error('no entropy');
    });
    // Keys are drawn for many frames at once.
    for (let i = 0; i < 100_000 && socket.readyState === 1; i += 1) {
      act(socket, controller);
      await tasks();
    }
    const { types, code, error } = await end;
    assert.deepEqual([types, code, error.code], [['open', 'error', 'close'], 1006, 'no_randomness']);
    await tasks(3);
    assert.deepEqual([transport.readable.locked, calls.at(-1)], [false, 'close']);
  });
}

test('no randomness any more: close()', async (t) => {
  const { transport } = manual();
  const socket = new (createWebSocketClass(() => transport, { handshake: 'none' }))('ws://h/');
  const end = watch(socket);
  await next(socket, 'open');
  t.mock.method(crypto, 'getRandomValues', () => {
    throw new Error('no entropy');
  });
  await useKeys();
  socket.close();
  const { code, error } = await end;
  assert.deepEqual([code, error.code], [1006, 'no_randomness']);
});

/** Uses up all keys that were drawn, with another connection. Bytes take theirs at once, texts may wait. */
async function useKeys() {
  const { transport } = manual();
  const socket = new (createWebSocketClass(() => transport, { handshake: 'none' }))('ws://h/');
  const end = watch(socket);
  await next(socket, 'open');
  for (let i = 0; i < 100_000 && socket.readyState === 1; i += 1) socket.send(Uint8Array.of(1));
  await end;
}

test('a Ping that does not fit is not sent, and the connection goes on', async () => {
  const clock = new TestClock();
  let take;
  const writes = [];
  const write = (bytes) => {
    writes.push(bytes);
    return new Promise((resolve) => {
      take = resolve;
    });
  };
  const { transport } = manual({ writable: new WritableStream({ write }) });
  const options = { handshake: 'none', clock, pingInterval: 1000, pongTimeout: 500, limits: { maxBufferedBytes: 60 } };
  const socket = new (createWebSocketClass(() => transport, options))('ws://h/');
  await next(socket, 'open');
  socket.send('the transport takes its time');
  await tasks(2);
  socket.send('x'.repeat(40));
  clock.advance(1000);
  // No Ping was sent: that it is not answered says nothing.
  clock.advance(500);
  await tasks(2);
  assert.deepEqual([socket.readyState, writes.length], [1, 1]);
  for (let i = 0; i < 2; i += 1) {
    take();
    await tasks(2);
  }
  clock.advance(500);
  await tasks(2);
  assert.deepEqual(
    writes.map((bytes) => bytes[0] & 0x0f),
    [1, 1, 9],
  );
  const error = next(socket, 'error');
  clock.advance(500);
  assert.match((await error).message, /did not answer a Ping/);
});

test('a stream: the write fails with the connection', async (t) => {
  const { transport } = manual();
  const stream = new (createWebSocketStreamClass(() => transport, { handshake: 'none' }))('ws://h/');
  const { writable } = await stream.opened;
  t.mock.method(crypto, 'getRandomValues', () => {
    throw new Error('no entropy');
  });
  await useKeys();
  const reason = await writable
    .getWriter()
    .write('x')
    .catch((error) => error);
  assert.deepEqual([reason.name, reason.cause.code], ['WebSocketError', 'no_randomness']);
  assert.equal(await stream.closed.catch((error) => error), reason);
});
