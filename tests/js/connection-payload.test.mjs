// Large binary messages, whose payload stays outside the module: the same messages as through it, for every cut, and in the
// chunk itself where that is given away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { throwsFor } from './support/usage.mjs';
import { concat, frameFor, utf8 } from './support/wire.mjs';

const ROLES = ['server', 'client'];

/** From here on payload stays outside. */
const LARGE = 4096;

const bytesOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 7) ^ (i >> 8));
const binary = (data) => ({ type: 'binary', data });

/** Events with plain arrays, whatever memory they are in. */
const plain = (events) =>
  events.map((event) => (event.type === 'binary' ? binary(Uint8Array.from(event.data)) : event));

/** Messages of many sizes, and the events of them. */
function traffic(role) {
  const sizes = [3, LARGE - 1, LARGE, LARGE + 1, 20_000, 0, 65_535, 65_536, 200_000, LARGE, LARGE];
  const parts = [];
  const events = [];
  for (const [i, size] of sizes.entries()) {
    const data = bytesOf(size);
    parts.push(frameFor(role, 2, data));
    events.push(binary(data));
    if (i % 3 === 0) {
      parts.push(frameFor(role, 1, `text ${i}`), frameFor(role, 9, 'ping'));
      events.push({ type: 'text', data: `text ${i}` }, { type: 'ping', data: utf8('ping') });
    }
    if (i % 4 === 0) {
      const half = bytesOf(LARGE);
      parts.push(frameFor(role, 2, half, { fin: false }), frameFor(role, 0, half));
      events.push(binary(concat(half, half)));
    }
  }
  return { stream: concat(...parts), events };
}

for (const role of ROLES) {
  for (const owned of [false, true]) {
    test(`a ${role} gives the same events however the input is cut, ${owned ? 'in the chunks' : 'copied'}`, () => {
      const { stream, events } = traffic(role);
      const random = new Seeded(8);
      const sizes = [
        () => stream.length,
        () => 65_536,
        () => 1,
        () => 1 + random.below(20_000),
        () => 1 + random.below(30),
      ];
      for (const size of sizes) {
        const connection = new Connection({ role });
        const got = [];
        for (let at = 0; at < stream.length; ) {
          const chunk = stream.slice(at, at + size());
          const before = chunk.slice();
          connection.receiveData(chunk, { owned });
          if (!owned) assert.deepEqual(chunk, before, 'a chunk that was not given away has changed');
          at += chunk.length;
          assert.equal(connection.bytesReceived, at);
          got.push(...connection.events());
        }
        assert.deepEqual(plain(got), events);
      }
    });
  }

  test(`a ${role} hands out parts of a chunk that was given away, and of no other`, () => {
    const data = bytesOf(30_000);
    for (const owned of [false, true]) {
      const chunk = concat(frameFor(role, 1, 'first'), frameFor(role, 2, data), frameFor(role, 2, data));
      const connection = new Connection({ role });
      connection.receiveData(chunk, { owned });
      const [, ...messages] = connection.events();
      for (const message of messages) {
        assert.equal(message.data.constructor, Uint8Array);
        assert.equal(message.data.buffer === chunk.buffer, owned);
        assert.deepEqual(message.data, data);
      }
    }
  });
}

test('what would keep much more memory alive is copied', () => {
  const data = bytesOf(LARGE);
  const memory = new Uint8Array(1 << 20);
  const stream = frameFor('server', 2, data);
  memory.set(stream);
  const connection = new Connection({ role: 'server' });
  connection.receiveData(memory.subarray(0, stream.length), { owned: true });
  const [{ data: got }] = connection.events();
  assert.deepEqual(got, data);
  assert.ok(got.buffer.byteLength < 2 * LARGE);
});

test('shared memory is read, and not written', () => {
  const data = bytesOf(LARGE);
  const stream = frameFor('server', 2, data);
  const shared = new Uint8Array(new SharedArrayBuffer(stream.length));
  shared.set(stream);
  const connection = new Connection({ role: 'server' });
  connection.receiveData(shared, { owned: true });
  assert.deepEqual(plain([...connection.events()]), [binary(data)]);
  assert.deepEqual(Uint8Array.from(shared), stream);
});

test('an end inside such a payload is a fault, and the message is not given', () => {
  const stream = frameFor('server', 2, bytesOf(50_000));
  const connection = new Connection({ role: 'server' });
  connection.receiveData(stream.subarray(0, 40_000));
  assert.ok(connection.bytesHeld >= 39_000 && connection.bytesHeld <= 2 * 40_000 + 65_536, `${connection.bytesHeld}`);
  connection.receiveEof();
  const [{ type, error }, ...more] = connection.events();
  assert.equal(type, 'error');
  assert.equal(error.kind, 'unexpected_eof');
  assert.equal(error.offset, 40_000);
  assert.equal(error.frameIndex, 0);
  assert.deepEqual(more, []);
});

test('a failure inside such a payload discards the rest of it', () => {
  const stream = concat(frameFor('server', 2, bytesOf(50_000)), frameFor('server', 1, 'after'));
  const connection = new Connection({ role: 'server' });
  connection.receiveData(stream.slice(0, 40_000), { owned: true });
  connection.fail(1011);
  connection.receiveData(stream.slice(40_000), { owned: true });
  assert.deepEqual([...connection.events()], []);
  assert.equal(connection.bytesReceived, stream.length);
});

test('a refused failure loses nothing', () => {
  const data = bytesOf(50_000);
  const stream = frameFor('server', 2, data);
  const connection = new Connection({ role: 'server' });
  connection.receiveData(stream.subarray(0, 40_000));
  assert.throws(() => connection.fail(1005), RangeError);
  connection.receiveData(stream.subarray(40_000));
  assert.deepEqual(plain([...connection.events()]), [binary(data)]);
});

test('limits hold before any payload is there', () => {
  const connection = new Connection({ role: 'server', maxMessageSize: 50_000 });
  connection.receiveData(
    concat(frameFor('server', 2, bytesOf(50_000)), frameFor('server', 2, bytesOf(50_001)).subarray(0, 8)),
  );
  const [message, { error }] = connection.events();
  assert.equal(message.data.length, 50_000);
  assert.equal(error.closeCode, 1009);
});

test('received data and committed data make one message', () => {
  const data = bytesOf(300_000);
  const stream = concat(frameFor('server', 2, data), frameFor('server', 1, 'next'));
  const connection = new Connection({ role: 'server' });
  connection.receiveData(stream.subarray(0, 1000));
  connection.reserve(200_000).set(stream.subarray(1000, 201_000));
  connection.commit(200_000);
  connection.receiveData(stream.subarray(201_000));
  assert.deepEqual(plain(eventsOf(connection)), [binary(data), { type: 'text', data: 'next' }]);
});

test('other ways of delivery, and headers that are reported, stay as they are', () => {
  const data = bytesOf(10_000);
  const stream = frameFor('server', 2, data);
  const headers = new Connection({ role: 'server', frames: true });
  headers.receiveData(stream);
  assert.deepEqual(headers.events().next().value.type, 'frame');
  assert.deepEqual(plain([...headers.events()]), [binary(data)]);
  for (const deliver of ['fragments', 'payload']) {
    const connection = new Connection({ role: 'server', deliver });
    connection.receiveData(stream, { owned: true });
    const parts = [...connection.events()];
    assert.deepEqual(concat(...parts.map((part) => part.data)), data);
  }
});

test('"owned" is a switch', () => {
  const connection = new Connection({ role: 'server' });
  for (const owned of [1, 'yes', null])
    throwsFor(() => connection.receiveData(new Uint8Array(1), { owned }), TypeError, 'options.owned');
});
