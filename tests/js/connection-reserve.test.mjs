// `reserve` and `commit`: reading straight into linear memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { refused, throwsFor } from './support/usage.mjs';
import { concat, frameFor } from './support/wire.mjs';

/** Feeds `bytes` in chunks of `size`, each read into reserved memory. */
function feed(connection, bytes, size) {
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    connection.reserve(size).set(chunk);
    connection.commit(chunk.length);
  }
}

test('what is committed is received, as receiveData would', () => {
  const random = new Seeded(5);
  const stream = concat(
    ...Array.from({ length: 60 }, (_, i) => frameFor('server', 1 + (i % 2), 'é'.repeat(random.below(3000)))),
    frameFor('server', 2, random.bytes(700_000)),
    frameFor('server', 3, ''),
  );
  const plain = new Connection({ role: 'server' });
  plain.receiveData(stream);
  const expected = eventsOf(plain);
  for (const size of [1000, 4096, 65_536, 262_144, 300_000, stream.length]) {
    const connection = new Connection({ role: 'server' });
    feed(connection, stream, size);
    assert.deepEqual(eventsOf(connection), expected, `${size} bytes at a time`);
    assert.equal(connection.bytesReceived, stream.length);
  }
});

test('any part of what was reserved can be committed, also nothing', () => {
  const connection = new Connection({ role: 'client' });
  const memory = connection.reserve(100);
  assert.equal(memory.length, 100);
  memory.set(frameFor('client', 1, 'part'));
  connection.commit(6);
  connection.reserve(100);
  connection.commit(0);
  assert.deepEqual(eventsOf(connection), [{ type: 'text', data: 'part' }]);
});

test('sizes are whole numbers in range', () => {
  const connection = new Connection({ role: 'client' });
  for (const length of [0, -1, 1.5, Number.NaN, Infinity, 2 ** 30 + 1, 2 ** 32 + 1]) {
    throwsFor(() => connection.reserve(length), RangeError, 'length');
  }
  for (const length of [undefined, null, '10', 10n, {}])
    throwsFor(() => connection.reserve(length), TypeError, 'length');
  connection.reserve(10);
  for (const length of [-1, 11, 1.5, Number.NaN]) throwsFor(() => connection.commit(length), RangeError, 'length');
  for (const length of [undefined, null, '10', 10n]) throwsFor(() => connection.commit(length), TypeError, 'length');
  connection.reserve(10).set(frameFor('client', 1, ''));
  connection.commit(2);
  assert.equal(eventsOf(connection).length, 1, 'a refused commit changes nothing');
});

test('each commit needs its reserve', () => {
  const connection = new Connection({ role: 'client' });
  throwsFor(() => connection.commit(0), TypeError, 'length');
  connection.reserve(10);
  connection.commit(0);
  throwsFor(() => connection.commit(0), TypeError, 'length');
});

test('memory that grew in between took the array away, and commit says so', () => {
  const connection = new Connection({ role: 'client' });
  const memory = connection.reserve(10);
  memory.set(frameFor('client', 1, 'lost'));
  const other = new Connection({ role: 'client', maxMessageSize: Infinity });
  other.receiveData(frameFor('client', 1, new Uint8Array(32 << 20)));
  assert.equal(memory.length, 0);
  assert.throws(() => connection.commit(6), { name: 'TypeError', code: 'invalid_argument', message: /grown/ });
  assert.equal(connection.bytesReceived, 0);
  connection.reserve(10).set(frameFor('client', 1, 'again'));
  connection.commit(7);
  assert.deepEqual(eventsOf(connection), [{ type: 'text', data: 'again' }]);
});

test('large memory, and the messages of two connections apart', () => {
  const [one, two] = ['one', 'two'].map(() => new Connection({ role: 'client', maxMessageSize: Infinity }));
  const payload = new Seeded(9).bytes(5_000_000);
  const first = frameFor('client', 2, payload);
  const memory = one.reserve(first.length);
  memory.set(first);
  one.commit(first.length);
  two.reserve(100).set(frameFor('client', 1, 'small'));
  two.commit(7);
  assert.equal(Buffer.compare([...one.events()][0].data, payload), 0);
  assert.deepEqual(eventsOf(two), [{ type: 'text', data: 'small' }]);
});

test('the rest of what was reserved is never received', () => {
  const connection = new Connection({ role: 'client' });
  connection.reserve(1000).set(concat(frameFor('client', 1, 'a'), frameFor('client', 1, 'secret')));
  connection.commit(3);
  connection.reserve(1000);
  connection.receiveData(frameFor('client', 1, 'b'));
  assert.deepEqual(
    eventsOf(connection).map(({ data }) => data),
    ['a', 'b'],
  );
});

test('a freed connection gives no memory', () => {
  const connection = new Connection({ role: 'client' });
  connection.reserve(10);
  connection.free();
  refused(() => connection.commit(0), 'use_after_free');
  refused(() => connection.reserve(10), 'use_after_free');
});

test("a Buffer of Node's over memory that reserve() gave is copied as well", () => {
  const reserved = new Connection({ role: 'server' }).reserve(2000).fill(7);
  const sender = new Connection({ role: 'server' });
  sender.sendBinary(Buffer.from(reserved.buffer, reserved.byteOffset, reserved.length), { copy: false });
  reserved.fill(9);
  const payload = sender.dataToSend().at(-1);
  assert.deepEqual([payload.length, payload.buffer.byteLength, payload[0]], [2000, 2000, 7]);
});
