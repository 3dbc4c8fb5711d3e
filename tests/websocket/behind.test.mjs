// Messages that come faster than they can be told: nothing more is read, or a peer could make ever more of them wait.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { createTransport, createWebSocketClass, createWebSocketStreamClass } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { next, tasks, until } from './support.mjs';

const text = (payload) => encodeFrame({ opcode: 1, payload });
const many = (count) => Buffer.concat(Array.from({ length: count }, (_, i) => text(`${i}`)));

/** A source that sends another chunk in every task in which it may, as a socket does whose peer floods it. */
function flood(chunk) {
  const source = { chunks: 0, isPaused: false, isOver: false };
  let sink;
  const transport = createTransport({
    inTasks: true,
    start(given) {
      sink = given;
      (async () => {
        while (!source.isOver) {
          await tasks();
          if (source.isPaused) continue;
          source.chunks += 1;
          sink.data(new Uint8Array(chunk));
        }
      })();
    },
    write() {},
    pause: () => {
      source.isPaused = true;
    },
    resume: () => {
      source.isPaused = false;
    },
    abort: () => {
      source.isOver = true;
    },
  });
  return { source, transport };
}

for (const allowSynchronousEvents of [true, false]) {
  test(`a flood from the opening on, allowSynchronousEvents ${allowSynchronousEvents}`, async () => {
    const { source, transport } = flood(many(50));
    const WebSocket = createWebSocketClass(() => transport, { handshake: 'none', allowSynchronousEvents });
    const socket = new WebSocket('ws://h/');
    let told = 0;
    let most = 0;
    socket.onmessage = () => {
      told += 1;
      most = Math.max(most, source.chunks * 50 - told);
    };
    await until(() => told >= 2000);
    source.isOver = true;
    // Of the chunk that is told, and of one that came before the source was stopped.
    assert.ok(most <= 100, `${most} messages waited`);
    await until(() => told === source.chunks * 50);
  });
}

test('what came with the opening is told in one task, after who awaits it', async () => {
  const { source, transport } = flood(many(1000));
  const WebSocket = createWebSocketClass(() => transport, { handshake: 'none' });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  let task = 0;
  const seen = [];
  socket.onmessage = () => seen.push(task);
  until(() => {
    task += 1;
    return source.isOver;
  });
  await until(() => seen.length >= 1000);
  source.isOver = true;
  assert.equal(new Set(seen.slice(0, 1000)).size, 1);
});

/** A source that does what it is told, and tells what the test says. */
function obedient() {
  const tell = {};
  const transport = createTransport({
    inTasks: true,
    start: (sink) => {
      Object.assign(tell, { data: sink.data, fail: sink.fail });
    },
    write() {},
    pause() {},
    resume() {},
  });
  return { transport, tell };
}

test('the loss of a stream that nobody reads is told at once, and what came before it can still be read', async () => {
  const { transport, tell } = obedient();
  const WebSocketStream = createWebSocketStreamClass(() => transport, { handshake: 'none' });
  const stream = new WebSocketStream('ws://h/');
  const { readable, writable } = await stream.opened;
  tell.data(Buffer.concat([text('1'), text('2')]));
  await tasks(3);
  tell.data(text('3'));
  tell.fail(new Error('reset'));
  const { closeCode, cause } = await stream.closed.then(assert.fail, (error) => error);
  assert.deepEqual([closeCode, cause.message, cause.cause.message], [1006, 'the transport was lost', 'reset']);
  await assert.rejects(writable.getWriter().write('late'), { name: 'WebSocketError' });
  const read = [];
  await assert.rejects(
    (async () => {
      for await (const message of readable) read.push(message);
    })(),
    { name: 'WebSocketError' },
  );
  assert.deepEqual(read, ['1', '2', '3']);
});

test('the loss of a stream that nobody reads leaves no timer', async () => {
  const clock = new TestClock();
  const { transport, tell } = obedient();
  const WebSocketStream = createWebSocketStreamClass(() => transport, { handshake: 'none', clock, pingInterval: 100 });
  const stream = new WebSocketStream('ws://h/');
  await stream.opened;
  tell.data(Buffer.concat([text('1'), text('2')]));
  await tasks(3);
  // A Ping to which no Pong can be found.
  clock.advance(100);
  tell.fail(new Error('reset'));
  await assert.rejects(stream.closed);
  assert.equal(clock.pending, 0);
});
