// Ping and Pong by a clock that the test turns.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransport, transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { tasks } from '../websocket/support.mjs';
import { TestClock } from './clock.mjs';
import { accepting, ended, frame, isOpen, next, opened } from './support.mjs';

test('a Ping every interval, its round trip, and the end of a peer that does not answer', async (t) => {
  const clock = new TestClock();
  const server = await accepting(t, { origins: 'any', pingInterval: 1000, pongTimeout: 400, clock });
  const { raw } = await opened(server.port);
  const peer = await server.next();
  await isOpen(peer);
  assert.equal(peer.roundTripTime, undefined);

  clock.advance(999);
  raw.write(frame(1, 'x'));
  await next(peer, 'message');
  clock.advance(1);
  const first = await raw.frame();
  assert.equal(first.opcode, 9);

  clock.advance(30);
  // A Pong that answers nothing (RFC 6455 §5.5.3) does not count.
  raw.write(frame(10, 'unasked'), frame(1, 'y'));
  await next(peer, 'message');
  assert.equal(peer.roundTripTime, undefined);
  raw.write(frame(10, first.payload), frame(1, 'z'));
  await next(peer, 'message');
  assert.equal(peer.roundTripTime, 30);

  clock.advance(970);
  assert.equal((await raw.frame()).opcode, 9);
  clock.advance(399);
  assert.equal(peer.readyState, 1);
  const end = ended(peer);
  clock.advance(1);
  const { code, wasClean, error } = await end;
  assert.deepEqual([code, wasClean, error.message], [1006, false, 'the peer did not answer a Ping within 400 ms']);
  assert.equal(clock.pending, 0);
});

/** A peer over a source, to whom the test says what arrives. */
function overSource(options) {
  let sink;
  const clock = new TestClock();
  const transport = createTransport({
    inTasks: true,
    start: (given) => {
      sink = given;
    },
    write() {},
  });
  const peer = acceptStream(transport, { handshake: 'none', pingInterval: 1000, pongTimeout: 400, clock, ...options });
  return { peer, clock, arrive: (bytes) => sink.data(bytes) };
}

test('what has arrived while the program was busy counts, though it is looked at after the time limit', async () => {
  const { peer, clock, arrive } = overSource();
  await next(peer, 'open');
  clock.advance(1000);
  // The timer first, and then what was there before it.
  clock.advance(400);
  arrive(frame(10, '1'));
  await tasks(5);
  assert.equal(peer.readyState, 1);
});

test('a peer that sends is there, though its Pong waits behind a long message', async () => {
  const { peer, clock, arrive } = overSource();
  await next(peer, 'open');
  const end = ended(peer);
  clock.advance(1000);
  const message = frame(2, new Uint8Array(1000));
  for (let at = 0; at < 900; at += 100) {
    clock.advance(399);
    arrive(message.subarray(at, at + 100));
    await tasks(3);
    assert.equal(peer.readyState, 1);
  }
  clock.advance(400);
  assert.equal((await end).error.message, 'the peer did not answer a Ping within 400 ms');
});

test('time limits that are no time are refused, and the transport is left alone', () => {
  const [near] = transportPair();
  for (const name of ['handshakeTimeout', 'closeTimeout', 'pingInterval', 'pongTimeout']) {
    for (const value of [0, -1, Number.NaN, '5']) {
      assert.throws(() => acceptStream(near, { origins: 'any', [name]: value }), new RegExp(name));
      assert.throws(() => acceptStream(near, { handshake: 'none', [name]: value }), new RegExp(name));
    }
  }
  assert.equal(near.readable.locked, false);
});
