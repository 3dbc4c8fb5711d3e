// Text: strings of neighbouring messages are made in groups, and nobody must be able to tell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { Seeded } from './support/random.mjs';
import { concat, frameFor } from './support/wire.mjs';

/** Feeds the messages in chunks of `size` bytes, and compares what comes out. */
function roundTrip(messages, { size = Infinity, role = 'server', ...options } = {}) {
  const bytes = concat(...messages.map((text) => frameFor(role, 1, text)));
  const connection = new Connection({ role, maxMessageSize: Infinity, ...options });
  const received = [];
  for (let at = 0; at < bytes.length; at += size) {
    connection.receiveData(bytes.subarray(at, Math.min(at + size, bytes.length)));
    for (const { type, data } of connection.events()) {
      assert.equal(type, 'text');
      received.push(data);
    }
  }
  connection.free();
  assert.equal(received.length, messages.length);
  for (const [i, text] of messages.entries()) {
    if (received[i] !== text) assert.equal(received[i], text, `message ${i} of ${messages.length}`);
  }
}

const ascii = (length) => 'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(length / 26)).slice(0, length);
const alphabets = ['x', 'é', '中', '🌍', '\0', '\ufeff', '\u2028', '\uffff'];

test('many small ASCII messages', () => roundTrip(Array.from({ length: 5000 }, (_, i) => `message ${i}`)));

test('many small messages of every width', () => {
  roundTrip(Array.from({ length: 5000 }, (_, i) => `${alphabets[i % alphabets.length]}${i}`));
  for (const letter of alphabets) roundTrip(Array.from({ length: 500 }, (_, i) => letter.repeat(i % 7)));
});

test('ASCII after non-ASCII and the other way round', () => {
  roundTrip(['é', 'a', 'é', 'ab', 'abc', '', 'é', '', 'a']);
});

test('empty messages', () => {
  roundTrip(Array(10_000).fill(''));
  roundTrip(['', 'a', '', '', 'é', '']);
});

test('a byte order mark stays, wherever it is', () => {
  roundTrip(['\ufeff', '\ufeffa', 'a\ufeff', '\ufeff\ufeff', 'b', '\ufeff']);
  roundTrip(['\ufeffonly']);
});

test('sizes around those at which strings are made one by one', () => {
  const around = [1, 2, 4, 8].flatMap((k) => [-1, 0, 1].map((d) => 4096 / k + d));
  for (const size of around) {
    roundTrip([ascii(size)]);
    roundTrip([ascii(size), 'a', ascii(size), 'b', ascii(size)]);
    roundTrip(['a', ascii(size), ascii(size), 'é', 'é'.repeat(size)]);
    roundTrip(Array(9).fill(ascii(size)));
  }
});

test('sizes around those of the slices in which large chunks go through', () => {
  const slice = 1 << 18;
  for (const size of [-13, -12, -11, -10, -9, -8, -7, -6, -1, 0, 1].map((d) => slice + d)) {
    roundTrip([ascii(size)]);
    roundTrip(['a', ascii(size), 'b']);
    roundTrip(['é'.repeat(size / 2), 'b']);
  }
  roundTrip([ascii(3 * slice)]);
});

test('chunks that cut messages anywhere', () => {
  const messages = Array.from({ length: 300 }, (_, i) => alphabets[i % alphabets.length].repeat(i % 50));
  for (const size of [1, 2, 3, 5, 7, 64, 125, 1000, 4096]) roundTrip(messages, { size });
  roundTrip(Array(20).fill(ascii(100_000)), { size: 65536 });
});

test('random messages in random chunks', () => {
  const random = new Seeded(7);
  for (let round = 0; round < 30; round += 1) {
    const messages = Array.from({ length: 100 }, () => {
      const letter = random.pick([...alphabets, 'x', 'x', 'x']);
      return letter.repeat(random.chance(5) ? random.below(9000) : random.below(40));
    });
    roundTrip(messages, { size: 1 + random.below(5000), role: random.pick(['client', 'server']) });
  }
});

test('16 MiB of text', () => {
  roundTrip([ascii(16 << 20)], { size: 65536 });
  roundTrip([ascii(16 << 20)]);
  roundTrip(['中'.repeat((16 << 20) / 3)]);
});

test('text between other events is not mixed up with its neighbours', () => {
  const connection = new Connection({ role: 'client', frames: true });
  connection.receiveData(
    concat(
      ...['a', 'é', 'c', ascii(5000), 'd'].flatMap((text) => [
        frameFor('client', 1, text),
        frameFor('client', 2, text),
      ]),
    ),
  );
  const data = Array.from(connection.events())
    .filter(({ type }) => type !== 'frame')
    .map(({ data }) => (typeof data === 'string' ? data : new TextDecoder().decode(data)));
  assert.deepEqual(
    data,
    ['a', 'é', 'c', ascii(5000), 'd'].flatMap((text) => [text, text]),
  );
});

test('reasons of Close keep their byte order mark too', () => {
  const connection = new Connection({ role: 'client' });
  connection.receiveData(frameFor('client', 8, concat(Uint8Array.of(3, 232), new TextEncoder().encode('\ufeffé'))));
  assert.deepEqual([...connection.events()], [{ type: 'close', code: 1000, reason: '\ufeffé' }]);
});

test('short texts, each alone in its chunk', () => {
  for (const role of ['client', 'server']) {
    for (let length = 0; length <= 40; length += 1) roundTrip([ascii(length), 'é'.repeat(length)], { size: 1e3, role });
    for (let length = 0; length <= 40; length += 1) {
      for (const text of [ascii(length), 'é'.repeat(length), '\0'.repeat(length)]) roundTrip([text], { role });
    }
  }
});
