// Binary: arrays are the caller's own, whatever is done afterwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { concat, frameFor } from './support/wire.mjs';

/** Bytes that say which message they belong to. */
const pattern = (length, seed) => new Seeded(seed).bytes(length);
const sizes = [0, 1, 2, 100, 125, 126, 4095, 4096, 4097, 5000, 65535, 65536, 100_000, 262_133, 262_144, 300_000];
const stream = concat(...sizes.map((size, i) => frameFor('server', 2, pattern(size, i))));

function check(received) {
  assert.deepEqual(
    received.map((data) => data.length),
    sizes,
  );
  for (const [i, data] of received.entries()) assert.deepEqual(data, pattern(sizes[i], i), `message ${i}`);
}

test('messages of every size', () => {
  for (const size of [Infinity, 262_144, 100_000, 65_536, 4096, 1000]) {
    const connection = new Connection({ role: 'server' });
    for (let at = 0; at < stream.length; at += size) connection.receiveData(stream.subarray(at, at + size));
    check(eventsOf(connection).map(({ data }) => data));
    connection.free();
  }
});

test('arrays survive later calls, other connections, growing memory and free', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(stream);
  const received = eventsOf(connection).map(({ data }) => data);
  const other = new Connection({ role: 'client', maxMessageSize: Infinity });
  other.receiveData(frameFor('client', 2, new Uint8Array(40 << 20).fill(0xee)));
  connection.receiveData(frameFor('server', 2, new Uint8Array(1 << 20).fill(0xdd)));
  connection.free();
  check(received);
});

test('arrays do not overlap: writing into one changes no other', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(
    concat(...Array.from({ length: 50 }, (_, i) => frameFor('server', 2, Uint8Array.of(i, i, i)))),
  );
  const received = eventsOf(connection).map(({ data }) => data);
  received[20].fill(255);
  for (const [i, data] of received.entries()) assert.deepEqual(data, new Uint8Array(3).fill(i === 20 ? 255 : i));
});

test('no array shows bytes of anything but messages of its chunk', () => {
  const secret = new Connection({ role: 'client' });
  secret.receiveData(frameFor('client', 1, 'password'.repeat(500)));
  const connection = new Connection({ role: 'server' });
  connection.receiveData(
    concat(frameFor('server', 2, 'one'), frameFor('server', 2, 'two'), frameFor('server', 9, 'three')),
  );
  for (const { data } of connection.events()) {
    assert.ok(data.buffer.byteLength <= 6);
    assert.doesNotMatch(new TextDecoder().decode(data.buffer), /pass/);
  }
});

test('a small array that is kept keeps no more than a few others', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(concat(...Array(5000).fill(frameFor('server', 2, 'x'.repeat(50)))));
  for (const { data } of connection.events()) assert.ok(data.buffer.byteLength < 8192, `${data.buffer.byteLength}`);
});

test('arrays of payloads, Pings and Pongs are owned too', () => {
  for (const [opcode, deliver] of [
    [2, 'payload'],
    [2, 'fragments'],
    [9, 'messages'],
    [10, 'messages'],
  ]) {
    const connection = new Connection({ role: 'client', deliver });
    connection.receiveData(frameFor('client', opcode, 'kept'));
    const [{ data }] = connection.events();
    for (let i = 0; i < 10; i += 1) connection.receiveData(frameFor('client', opcode, 'over'));
    assert.deepEqual(data, new TextEncoder().encode('kept'));
    structuredClone(data, { transfer: [data.buffer] });
  }
});

test('16 MiB, whole and in chunks', () => {
  const data = pattern(16 << 20, 16);
  for (const role of ['client', 'server']) {
    const bytes = frameFor(role, 2, data);
    for (const size of [Infinity, 100_003]) {
      const connection = new Connection({ role, maxMessageSize: Infinity });
      for (let at = 0; at < bytes.length; at += size) connection.receiveData(bytes.subarray(at, at + size));
      const [{ data: received }] = connection.events();
      assert.equal(Buffer.compare(received, data), 0);
      assert.ok(connection.bytesHeld < 1024);
      connection.free();
    }
  }
});

test('what was passed in is not changed by unmasking', () => {
  const bytes = frameFor('server', 2, pattern(10_000, 3));
  const copy = bytes.slice();
  const connection = new Connection({ role: 'server' });
  connection.receiveData(bytes);
  assert.deepEqual(bytes, copy);
});
