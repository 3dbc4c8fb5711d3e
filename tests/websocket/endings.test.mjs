// Every way in which a connection ends, and what its events say then.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { createTransport, createWebSocketClass } from 'sansocket/websocket';
import { TestClock } from '../server/clock.mjs';
import { manual, next, overMemory, Peer, tasks, watch } from './support.mjs';

/** An open socket without handshake, its peer, and a clock that the test turns. */
async function open(options) {
  const clock = new TestClock();
  const { WebSocket, peers } = overMemory({ handshake: 'none', clock, closeTimeout: 1000, ...options });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  return { socket, clock, end: watch(socket), peer: new Peer(peers[0], { role: 'server' }) };
}

const lost = { code: 1006, reason: '', wasClean: false, types: ['error', 'close'] };
const without = ({ error, ...rest }) => rest;

test('the peer closes and ends', async () => {
  const { peer, end, clock } = await open();
  await peer.send((connection) => connection.sendClose(4001, 'bye'));
  await peer.end();
  assert.deepEqual(await end, { code: 4001, reason: 'bye', wasClean: true, types: ['close'], error: undefined });
  await peer.ended;
  assert.deepEqual(peer.log, [4001]);
  assert.equal(clock.pending, 0);
});

test('the peer has ended without a Close: that is told, though our own end may never come', async () => {
  let sink;
  const clock = new TestClock();
  const transport = createTransport({
    start: (given) => {
      sink = given;
    },
    write() {},
    end: () => new Promise(() => {}),
  });
  const WebSocket = createWebSocketClass(() => transport, { handshake: 'none', clock });
  const socket = new WebSocket('ws://h/');
  await next(socket, 'open');
  const end = watch(socket);
  sink.end();
  assert.equal((await end).error.code, 'WS_ERR_UNEXPECTED_EOF');
  assert.ok(clock.pending > 0, 'in time it will be reset');
});

test('both have closed, and the peer never ends: clean, and the transport is reset', async () => {
  const { socket, peer, end, clock } = await open();
  socket.close(3000, 'ours');
  await peer.event('close');
  await peer.send(() => {});
  await tasks(5);
  assert.equal(socket.readyState, 2);
  clock.advance(1000);
  assert.deepEqual(await end, { code: 3000, reason: '', wasClean: true, types: ['close'], error: undefined });
  await assert.rejects(peer.ended, /reset/);
  assert.equal(clock.pending, 0);
});

test('the peer never answers the Close', async () => {
  const { socket, peer, end, clock } = await open();
  socket.close(3000);
  await peer.event('close');
  clock.advance(1000);
  const ending = await end;
  assert.deepEqual(without(ending), lost);
  assert.equal(ending.error.message, 'the connection was not closed within 1000 ms');
  await assert.rejects(peer.ended, /reset/);
  assert.equal(clock.pending, 0);
});

test('the peer ends without a Close', async () => {
  const { peer, end, clock } = await open();
  await peer.send((connection) => connection.sendText('last'));
  await peer.end();
  const { types, code, error } = await end;
  assert.deepEqual([types, code, error.code], [['message', 'error', 'close'], 1006, 'WS_ERR_UNEXPECTED_EOF']);
  assert.equal(clock.pending, 0);
});

test('the peer ends although it was told that we close', async () => {
  const { socket, peer, end } = await open();
  socket.close();
  await peer.event('close');
  await peer.end();
  assert.deepEqual(without(await end), lost);
});

for (const [what, bytes, code, wire] of [
  ['a reserved opcode', [0x83, 0x00], 'WS_ERR_INVALID_OPCODE', 1002],
  ['a text that is no UTF-8', [0x81, 0x01, 0xff], 'WS_ERR_INVALID_UTF8', 1007],
  ['a message that is too long', [0x82, 0x7e, 0x04, 0x00], 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 1009],
]) {
  test(`${what}: the wire carries ${wire}, and what comes next is thrown away`, async () => {
    const { socket, peer, end, clock } = await open({ limits: { maxMessageSize: 100 } });
    await peer.write([...bytes, ...encodeFrame({ opcode: 1, payload: 'next' })]);
    assert.equal((await peer.event('close')).code, wire);
    const ending = await end;
    assert.deepEqual(without(ending), lost);
    assert.equal(ending.error.code, code);
    // Nobody waits, but the peer may read the Close before the transport is gone.
    for (let i = 0; i < 3; i += 1) await peer.write(encodeFrame({ opcode: 1, payload: 'next' }));
    await peer.end();
    await tasks(5);
    assert.equal(socket.readyState, 3);
    assert.equal(clock.pending, 0);
  });
}

test('the transport fails', async () => {
  const { transport, controller } = manual();
  const socket = new (createWebSocketClass(() => transport, { handshake: 'none' }))('ws://h/');
  const end = watch(socket);
  await next(socket, 'open');
  controller.error(new Error('cut'));
  const { types, code, error } = await end;
  assert.deepEqual([types, code, error.cause.message], [['open', 'error', 'close'], 1006, 'cut']);
});

test('a write fails', async () => {
  const writable = new WritableStream({ write: () => Promise.reject(new Error('full disk')) });
  const { transport, calls } = manual({ writable });
  const socket = new (createWebSocketClass(() => transport, { handshake: 'none' }))('ws://h/');
  const end = watch(socket);
  socket.onopen = () => socket.send('x');
  const { types, code, error } = await end;
  assert.deepEqual([types, code, error.cause.message], [['open', 'error', 'close'], 1006, 'full disk']);
  assert.deepEqual(calls, ['cancel', 'close']);
});

test('the server ends its side right after the two Close frames, the client after the server', async () => {
  const [near, far] = transportPair();
  const server = acceptStream(far, { handshake: 'none' });
  const end = watch(server);
  const client = new Peer(near, { role: 'client' });
  await client.send((connection) => connection.sendClose(4000));
  // It ends although its peer has not.
  await client.ended;
  await tasks(5);
  assert.equal(server.readyState, 2);
  await client.end();
  assert.equal((await end).code, 4000);

  const { socket, peer } = await open();
  socket.close();
  await peer.event('close');
  await peer.send(() => {});
  let over = false;
  peer.ended.then(() => {
    over = true;
  });
  await tasks(10);
  assert.equal(over, false);
  await peer.end();
  await peer.ended;
});

test('close() checks its arguments in every state, and does nothing in the last two', async () => {
  const { socket, peer, end } = await open();
  const checks = () => {
    assert.throws(() => socket.close(0), { name: 'InvalidAccessError' });
    assert.throws(() => socket.close(1000, 'x'.repeat(124)), { name: 'SyntaxError' });
  };
  checks();
  socket.close(4000, 'first');
  checks();
  socket.close(4001, 'second');
  await peer.event('close');
  await peer.send(() => {});
  await peer.end();
  assert.equal((await end).code, 4000);
  checks();
  socket.close(4002);
  assert.deepEqual(peer.events, [{ type: 'close', code: 4000, reason: 'first' }]);
});

test('codes and reasons at their limits', async () => {
  for (const [args, code, reason] of [
    [[undefined, undefined], 1005, ''],
    [[undefined, ''], 1005, ''],
    [[undefined, 'r'], 1000, 'r'],
    [[1000], 1000, ''],
    [['3000'], 3000, ''],
    // [Clamp] rounds.
    [[999.6], 1000, ''],
    [[4999.5 - 0.25], 4999, ''],
    [[4999, '\uD800'.repeat(41)], 4999, '\uFFFD'.repeat(41)],
    [[1000, null], 1000, 'null'],
  ]) {
    const { socket, peer, end } = await open();
    socket.close(...args);
    assert.deepEqual(await peer.event('close'), { type: 'close', code, reason });
    await peer.send(() => {});
    await peer.end();
    await end;
  }
  const { socket, peer, end } = await open();
  assert.throws(() => socket.close(1000, '\uD800'.repeat(42)), { name: 'SyntaxError' });
  await peer.end();
  await end;
});

test('a byte order mark is a character as any other', async () => {
  const { socket, peer, end } = await open();
  const message = next(socket, 'message');
  await peer.send((connection) => {
    connection.sendText('\uFEFFtext');
    connection.sendClose(4000, '\uFEFFreason');
  });
  await peer.end();
  assert.equal((await message).data, '\uFEFFtext');
  assert.equal((await end).reason, '\uFEFFreason');
});

test('after the end the transport is released, and no timer is left', async () => {
  const clock = new TestClock();
  const { transport, controller, calls } = manual();
  const options = { handshake: 'none', clock, pingInterval: 100 };
  const socket = new (createWebSocketClass(() => transport, options))('ws://h/');
  await next(socket, 'open');
  const locks = () => [transport.readable.locked, transport.writable.locked];
  assert.deepEqual(locks(), [true, true]);
  controller.enqueue(encodeFrame({ opcode: 8 }));
  await tasks(5);
  assert.deepEqual(locks(), [true, true]);
  controller.close();
  await next(socket, 'close');
  await tasks(2);
  assert.deepEqual(locks(), [false, false]);
  assert.equal(clock.pending, 0);
  assert.deepEqual(calls.slice(-2), ['end', 'close']);
});
