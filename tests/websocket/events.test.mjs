// The events of the class: of which kind they are, in which order and in which tasks they come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { createWebSocketClass } from 'sansocket/websocket';
import { next, overMemory, Peer, pair, tasks, until } from './support.mjs';

const types = ['open', 'message', 'error', 'close'];

/** All events of a connection that opens, has a message, and is lost. */
async function allEvents() {
  const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
  const socket = new WebSocket('wss://h:444/path');
  const events = [];
  for (const type of types) socket.addEventListener(type, (event) => events.push([event, socket.readyState]));
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer((connection) => connection.sendText('hello'));
  await until(() => events.length === 2);
  await peer.end();
  await until(() => events.length === 4);
  return { socket, events };
}

test('each kind once, in order, with its state', async () => {
  const { socket, events } = await allEvents();
  assert.deepEqual(
    events.map(([{ type }, readyState]) => [type, readyState]),
    [
      ['open', 1],
      ['message', 1],
      ['error', 3],
      ['close', 3],
    ],
  );
  for (const [event] of events) {
    assert.deepEqual([event.bubbles, event.cancelable, event.target === socket], [false, false, true]);
    assert.ok(event instanceof Event);
  }
  await tasks(5);
  assert.equal(events.length, 4);
});

test('what the events say', async () => {
  const { events } = await allEvents();
  const [, message, error, close] = events.map(([event]) => event);
  assert.deepEqual([message.data, message.origin], ['hello', 'wss://h:444']);
  assert.deepEqual([error.message, error.error.code], [error.error.message, 'WS_ERR_UNEXPECTED_EOF']);
  assert.deepEqual([close.code, close.reason, close.wasClean], [1006, '', false]);
});

test('libraries can make a copy of an event by its constructor', async () => {
  const { events } = await allEvents();
  const names = ['Event', 'MessageEvent', 'ErrorEvent', 'CloseEvent'];
  for (const [i, [event]] of events.entries()) {
    assert.equal(event.constructor.name, names[i]);
    const copy = new event.constructor(event.type, event);
    for (const field of ['type', 'data', 'origin', 'message', 'error', 'code', 'reason', 'wasClean']) {
      assert.equal(copy[field], event[field], field);
    }
  }
});

test('messages that come after close() are dropped', async () => {
  const { WebSocket, peers } = overMemory({ handshake: 'none' });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  const peer = new Peer(peers[0], { role: 'server' });
  const received = [];
  socket.onmessage = ({ data }) => {
    received.push(data);
    socket.close();
  };
  await peer.send((connection) => {
    for (const text of ['1', '2', '3']) connection.sendText(text);
  });
  await peer.write(encodeFrame({ opcode: 1, payload: '4' }));
  await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  const { wasClean } = await next(socket, 'close');
  assert.deepEqual([received, wasClean], [['1'], true]);
});

test('close() in the open event: nothing follows but the end', async () => {
  const { WebSocket, peers } = overMemory();
  const socket = new WebSocket('ws://h/');
  const events = [];
  for (const type of types) socket.addEventListener(type, () => events.push(type));
  socket.addEventListener('open', () => socket.close(4000));
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer((connection) => connection.sendText('unwanted'));
  await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  await next(socket, 'close');
  assert.deepEqual([events, peer.log], [['open', 'close'], [4000]]);
});

test('one that throws does not keep the others from their events', async (t) => {
  const { socket, peer } = await pair();
  const thrown = [];
  // Those of the test runner would take it for a failure of the test.
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error.message));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  const received = [];
  socket.addEventListener('message', () => {
    throw new Error('on purpose');
  });
  socket.addEventListener('message', ({ data }) => received.push(data));
  peer.send('1');
  peer.send('2');
  await until(() => received.length === 2);
  await tasks(2);
  assert.deepEqual(
    [received, thrown],
    [
      ['1', '2'],
      ['on purpose', 'on purpose'],
    ],
  );
  socket.close();
});

test('handlers that are set after an await miss nothing, in a factory that is async', async () => {
  const { WebSocket, peers } = overMemory({ handshake: 'none', closeTimeout: 50 });
  const factory = async () => {
    const socket = new WebSocket('ws://h/');
    await next(socket, 'open');
    return { socket };
  };
  const made = factory();
  await until(() => peers.length > 0);
  // It is there before the connection is open.
  const peer = new Peer(peers[0], { role: 'server' });
  await peer.send((connection) => connection.sendText('early'));
  const { socket } = await made;
  assert.equal((await next(socket, 'message')).data, 'early');
  await peer.end();
});

test('the constructor is over before connect is called, and close() comes before it', async () => {
  const calls = [];
  const WebSocket = createWebSocketClass(() => {
    calls.push('connect');
    return new Promise(() => {});
  });
  const socket = new WebSocket('ws://h/');
  calls.push('constructed');
  socket.onerror = () => calls.push(`error ${socket.readyState}`);
  socket.onclose = ({ code, wasClean }) => calls.push(`close ${code} ${wasClean}`);
  socket.close(4000);
  calls.push(`closing ${socket.readyState}`);
  await Promise.resolve();
  calls.push('in a later task:');
  await next(socket, 'close');
  assert.deepEqual(calls, ['constructed', 'closing 2', 'in a later task:', 'error 3', 'close 1006 false']);
});
