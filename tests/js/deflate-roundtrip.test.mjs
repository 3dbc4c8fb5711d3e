// What one end compresses, the other inflates: at every setting, with everything else that happens on a connection.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { bothWays, wordy } from './support/deflate.mjs';
import { plain } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { utf8 } from './support/wire.mjs';

/** Sends something at random; gives the events that it must be at the other end. */
function send(connection, random, long) {
  const options = random.chance(30) ? { compress: random.chance(50) } : undefined;
  const length = random.pick([0, 0, 1, 5, 30, 200, long]);
  const text = wordy(random, length);
  const bytes = random.chance(30) ? random.bytes(length) : utf8(text);
  switch (random.below(6)) {
    case 0:
      connection.sendPing('ping');
      return [{ type: 'ping', data: utf8('ping') }];
    case 1:
    case 2:
      connection.sendText(text, options);
      return [{ type: 'text', data: wellFormed(text) }];
    case 3:
      connection.sendBinary(bytes, options);
      return [{ type: 'binary', data: Uint8Array.from(bytes) }];
    default:
      return sendFragments(connection, random, bytes, options);
  }
}

/** In fragments of random size, with Pings between them. */
function sendFragments(connection, random, bytes, options) {
  const events = [];
  const places = Array.from({ length: random.below(5) }, () => random.below(bytes.length + 1)).sort((a, b) => a - b);
  const parts = [0, ...places].map((start, i) => bytes.subarray(start, places[i]));
  for (const [i, part] of parts.entries()) {
    const fin = i === parts.length - 1;
    if (i === 0) connection.sendBinary(part, { ...options, fin });
    else connection.sendContinuation(part, { fin });
    if (!fin && random.chance(30)) {
      connection.sendPing(part.subarray(0, 10));
      events.push({ type: 'ping', data: part.slice(0, 10) });
    }
  }
  return [...events, { type: 'binary', data: Uint8Array.from(bytes) }];
}

/** Lone surrogates become U+FFFD. */
const wellFormed = (text) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8(text));

/** Both ends send at random; each must get what the other has sent. */
function converse(perMessageDeflate, { seed, rounds, long = 3000 }) {
  const random = new Seeded(seed);
  const ends = ['client', 'server'].map((role) => new Connection({ role, perMessageDeflate }));
  let bytes = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (const [from, to] of [ends, [...ends].reverse()]) {
      const expected = Array.from({ length: 1 + random.below(3) }, () => send(from, random, long)).flat();
      const size = random.pick([1, 3, 100, 1 << 20]);
      for (const output of from.dataToSend()) {
        bytes += output.length;
        for (let at = 0; at < output.length; at += size) to.receiveData(output.subarray(at, at + size));
      }
      const events = Array.from(to.events(), plain).filter(({ type }) => type !== 'pong');
      assert.deepEqual(events, expected, `seed ${seed}, round ${round}`);
    }
  }
  for (const end of ends) end.free();
  return bytes;
}

for (const noContextTakeover of [false, true]) {
  for (const windowBits of [8, 9, 10, 11, 12, 13, 14, 15]) {
    test(`window ${windowBits}, ${noContextTakeover ? 'without' : 'with'} takeover: every level and memory level`, () => {
      for (let level = 0; level <= 9; level += 1) {
        for (let memLevel = 1; memLevel <= 9; memLevel += 1) {
          const seed = 1 + 100 * level + 10 * memLevel + windowBits;
          const options = bothWays({ windowBits, noContextTakeover, level, memLevel, threshold: seed % 3 });
          converse(options, { seed, rounds: 2, long: (2 << windowBits) + 100 });
        }
      }
    });
  }
}

test('each direction has its own parameters', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = new Seeded(seed);
    const perMessageDeflate = {
      serverMaxWindowBits: 8 + random.below(8),
      clientMaxWindowBits: 8 + random.below(8),
      serverNoContextTakeover: random.chance(50),
      clientNoContextTakeover: random.chance(50),
      level: random.below(10),
    };
    converse(perMessageDeflate, { seed, rounds: 10 });
  }
});

test('thousands of messages on one connection', () => {
  for (const noContextTakeover of [false, true]) {
    converse(bothWays({ noContextTakeover, threshold: 0 }), { seed: 5, rounds: 1200, long: 400 });
  }
});

test('what was said before makes messages smaller, if the window is kept', () => {
  const price = (i) => JSON.stringify({ channel: 'ticker', symbol: 'EXMPL', bid: 100 + i, ask: 101 + i, depth: i % 7 });
  const bytes = ([noContextTakeover]) => {
    const connection = new Connection({
      role: 'server',
      perMessageDeflate: bothWays({ noContextTakeover, threshold: 0 }),
    });
    let sum = 0;
    for (let i = 0; i < 100; i += 1) {
      connection.sendText(price(i));
      for (const output of connection.dataToSend()) sum += output.length;
    }
    return sum;
  };
  const [kept, forgotten] = [[false], [true]].map(bytes);
  assert.ok(3 * kept < forgotten, `${kept} bytes, and ${forgotten} without`);
});
