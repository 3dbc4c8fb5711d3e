// Every option of a connection: what it does, its default, and what it may be.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { refused, throwsFor } from './support/usage.mjs';
import { concat, frameFor, frames } from './support/wire.mjs';

/** The kind of the error that comes of `chunks`, if any. */
function errorAfter(options, ...chunks) {
  const connection = new Connection({ role: 'client', ...options });
  for (const chunk of chunks) connection.receiveData(chunk);
  const last = eventsOf(connection).at(-1);
  connection.free();
  return last?.type === 'error' ? last.kind : undefined;
}

/** A frame for a client. */
const message = (size, more) => frameFor('client', 2, new Uint8Array(size), more);
const header = (...bytes) => Uint8Array.from(bytes);

test('the role decides who masks', () => {
  assert.equal(new Connection({ role: 'client' }).role, 'client');
  assert.equal(new Connection({ role: 'server' }).role, 'server');
  assert.equal(errorAfter({ role: 'client' }, frameFor('server', 1, '')), 'mask_forbidden');
  assert.equal(errorAfter({ role: 'server' }, frameFor('client', 1, '')), 'mask_required');
  for (const role of [undefined, null, 'Client', 'peer', 1, ['client']]) {
    throwsFor(() => new Connection({ role }), TypeError, 'options.role');
  }
  throwsFor(() => new Connection(), TypeError, 'options.role');
  for (const options of [null, 5, 'client', () => {}]) throwsFor(() => new Connection(options), TypeError, 'options');
});

test('limits are whole numbers from 0, or Infinity', () => {
  const limits = [
    'maxMessageSize',
    'maxFrameSize',
    'maxFragments',
    'maxControlFrames',
    'maxPendingPongBytes',
    'maxBufferedBytes',
  ];
  for (const name of limits) {
    for (const value of [-1, 0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 53]) {
      throwsFor(() => new Connection({ role: 'client', [name]: value }), RangeError, `options.${name}`);
    }
    for (const value of [null, '100', 5n, true, {}, []]) {
      throwsFor(() => new Connection({ role: 'client', [name]: value }), TypeError, `options.${name}`);
    }
    for (const value of [undefined, 0, 1, 2 ** 32, 2 ** 53 - 1, Infinity]) {
      new Connection({ role: 'client', [name]: value }).free();
    }
  }
});

test('maxMessageSize: 1 MiB by default, inclusive, over all fragments', () => {
  assert.equal(errorAfter({}, message(1 << 20)), undefined);
  assert.equal(errorAfter({}, message((1 << 20) + 1)), 'message_too_large');
  const tenBytes = { maxMessageSize: 10 };
  assert.equal(errorAfter(tenBytes, message(10)), undefined);
  assert.equal(errorAfter(tenBytes, message(11)), 'message_too_large');
  assert.equal(errorAfter(tenBytes, message(10), message(10)), undefined);
  assert.equal(errorAfter(tenBytes, message(6, { fin: false }), message(4, { opcode: 0 })), undefined);
  assert.equal(errorAfter(tenBytes, message(6, { fin: false }), message(5, { opcode: 0 })), 'message_too_large');
  assert.equal(errorAfter({ maxMessageSize: 0 }, message(0)), undefined);
  assert.equal(errorAfter({ maxMessageSize: 0 }, message(1)), 'message_too_large');
  assert.equal(errorAfter({ maxMessageSize: Infinity }, message(2 << 20)), undefined);
});

test('a limit beyond 32 bits is exact, and without a limit 2^53 − 1 is the limit', () => {
  const declares = (...length) => header(0x82, 127, ...length);
  const over = { maxMessageSize: 2 ** 32 + 5 };
  assert.equal(errorAfter(over, declares(0, 0, 0, 1, 0, 0, 0, 5)), undefined);
  assert.equal(errorAfter(over, declares(0, 0, 0, 1, 0, 0, 0, 6)), 'message_too_large');
  const none = { maxMessageSize: Infinity, maxFrameSize: Infinity };
  assert.equal(errorAfter(none, declares(0, 0x1f, 255, 255, 255, 255, 255, 255)), undefined);
  assert.equal(errorAfter(none, declares(0, 0x20, 0, 0, 0, 0, 0, 0)), 'frame_too_large');
});

test('maxFrameSize: no limit of its own by default, inclusive', () => {
  assert.equal(errorAfter({ maxFrameSize: 5 }, message(5, { fin: false }), message(5, { opcode: 0 })), undefined);
  assert.equal(errorAfter({ maxFrameSize: 5 }, message(6)), 'frame_too_large');
  assert.equal(errorAfter({ maxFrameSize: 0 }, frameFor('client', 9, 'control frames are not data')), undefined);
});

test('maxFragments: 4096 by default, inclusive', () => {
  const fragments = (count) =>
    concat(message(0, { fin: false }), ...Array(count - 1).fill(message(0, { opcode: 0, fin: false })));
  assert.equal(errorAfter({}, fragments(4096)), undefined);
  assert.equal(errorAfter({}, fragments(4097)), 'too_many_fragments');
  assert.equal(errorAfter({ maxFragments: 1 }, message(3), message(3)), undefined);
  assert.equal(errorAfter({ maxFragments: 1 }, fragments(2)), 'too_many_fragments');
  assert.equal(errorAfter({ maxFragments: 0 }, message(0)), 'too_many_fragments');
  assert.equal(errorAfter({ maxFragments: Infinity }, fragments(10_000)), undefined);
});

test('maxControlFrames: none by default, counted from one dataToSend to the next', () => {
  const pings = (count) => concat(...Array(count).fill(frameFor('client', 9, '')));
  assert.equal(errorAfter({}, pings(5000)), undefined);
  assert.equal(errorAfter({ maxControlFrames: 3 }, pings(3)), undefined);
  assert.equal(errorAfter({ maxControlFrames: 3 }, pings(4)), 'control_flood');
  const connection = new Connection({ role: 'client', maxControlFrames: 3 });
  for (let i = 0; i < 5; i += 1) {
    connection.receiveData(pings(3));
    connection.dataToSend();
  }
  assert.ok(eventsOf(connection).every(({ type }) => type === 'ping'));
});

test('maxPendingPongBytes: 8 KiB by default, then only the latest Ping is answered', () => {
  const pongs = (options, count) => {
    const connection = new Connection({ role: 'server', ...options });
    for (let i = 0; i < count; i += 1) connection.receiveData(frameFor('server', 9, Uint8Array.of(i >> 8, i)));
    return frames(outputOf(connection)).map(({ payload }) => (payload[0] << 8) | payload[1]);
  };
  const inOrder = (count) => Array.from({ length: count }, (_, i) => i);
  assert.deepEqual(pongs({}, 100), inOrder(100));
  assert.deepEqual(pongs({ maxPendingPongBytes: Infinity }, 5000), inOrder(5000));
  assert.deepEqual(pongs({ maxPendingPongBytes: 0 }, 100), [99]);
  const some = pongs({}, 5000);
  assert.ok(some.length < 5000);
  assert.equal(some.at(-1), 4999);
});

test('maxBufferedBytes: 64 MiB by default', () => {
  const connection = new Connection({ role: 'server' });
  connection.sendBinary(new Uint8Array(40 << 20));
  refused(() => connection.sendBinary(new Uint8Array(40 << 20)), 'buffer_full');
  connection.dataToSend();
  connection.sendBinary(new Uint8Array(40 << 20));
  connection.free();
});

test('deliver: one of three', () => {
  for (const deliver of [undefined, 'messages', 'fragments', 'payload'])
    new Connection({ role: 'client', deliver }).free();
  for (const deliver of [null, '', 'message', 1, true]) {
    throwsFor(() => new Connection({ role: 'client', deliver }), TypeError, 'options.deliver');
  }
});

test('frames: a switch', () => {
  for (const frames of [null, 0, 1, 'true']) {
    throwsFor(() => new Connection({ role: 'client', frames }), TypeError, 'options.frames');
  }
  for (const frames of [undefined, false, true]) {
    const connection = new Connection({ role: 'client', frames });
    connection.receiveData(message(3));
    assert.deepEqual(
      eventsOf(connection).map(({ type }) => type),
      frames ? ['frame', 'binary'] : ['binary'],
    );
  }
});

test('options are read once, and their own names only', () => {
  const options = { role: 'client', maxMessageSize: 5 };
  const connection = new Connection(options);
  options.maxMessageSize = 50;
  connection.receiveData(message(6));
  assert.equal(eventsOf(connection)[0].kind, 'message_too_large');
  assert.equal(errorAfter({ maxmessagesize: 5 }, message(6)), undefined);
});
