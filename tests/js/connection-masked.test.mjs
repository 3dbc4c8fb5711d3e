// Large messages of a client, which are framed and masked outside of the output of the core: the same as those framed in it.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Connection } from 'sansocket';
import { outputOf } from './support/observe.mjs';
import { refused } from './support/usage.mjs';
import { frames, toHex, utf8 } from './support/wire.mjs';

const original = crypto.getRandomValues;
const replace = (source) => {
  Object.defineProperty(crypto, 'getRandomValues', { value: source, configurable: true, writable: true });
};
afterEach(() => replace(original));

/** From here on they are framed outside. */
const LARGE = 4096;

const LENGTHS = [LARGE - 1, LARGE, LARGE + 1, 16_384, 16_385, 16_387, 40_000, 65_535, 65_536, 300_001];
const bytesOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 7) ^ (i >> 8));
const send = (connection, data) => (typeof data === 'string' ? connection.sendText(data) : connection.sendBinary(data));
const payloadOf = (data) => (typeof data === 'string' ? utf8(data) : data);

const messages = LENGTHS.flatMap((length) => [
  bytesOf(length),
  ...['a', 'é', '€', '🌍', '\ud800'].map((letter) => letter.repeat(Math.ceil(length / letter.length))),
]);

test('each message is one masked frame with a key of its own', () => {
  const connection = new Connection({ role: 'client' });
  const keys = new Set();
  for (const data of messages) {
    const before = data.slice();
    send(connection, data);
    assert.deepEqual(data, before);
    const [{ fin, opcode, key, payload }, ...more] = frames(outputOf(connection));
    assert.deepEqual(more, []);
    assert.ok(fin);
    assert.equal(opcode, typeof data === 'string' ? 1 : 2);
    assert.equal(Buffer.compare(payload, payloadOf(data)), 0, `${typeof data} of ${data.length}`);
    keys.add(toHex(key));
  }
  assert.equal(keys.size, messages.length);
});

test('large and small messages and control frames keep their order', () => {
  const connection = new Connection({ role: 'client' });
  const sent = [];
  for (const [i, data] of messages.entries()) {
    send(connection, data);
    sent.push(payloadOf(data));
    if (i % 3 === 0) {
      connection.sendText(`small ${i}`);
      connection.sendPing(`ping ${i}`);
      sent.push(utf8(`small ${i}`), utf8(`ping ${i}`));
    }
  }
  const got = frames(outputOf(connection));
  assert.equal(got.length, sent.length);
  for (const [i, { payload }] of got.entries()) assert.equal(Buffer.compare(payload, sent[i]), 0, `frame ${i}`);
});

test('without randomness nothing is sent, and nothing is lost', () => {
  const connection = new Connection({ role: 'client' });
  connection.sendText('before');
  connection.dataToSend();
  replace(() => {
    throw new Error('no entropy');
  });
  let count = 0;
  // The keys that were drawn before are used up first.
  refused(() => {
    for (; count < 2000; count += 1) connection.sendBinary(bytesOf(LARGE));
  }, 'no_randomness');
  assert.equal(frames(outputOf(connection)).length, count);
  replace(original);
  connection.sendBinary(bytesOf(LARGE));
  assert.equal(frames(outputOf(connection)).length, 1);
});

test('the bound on what waits counts them', () => {
  const connection = new Connection({ role: 'client', maxBufferedBytes: 3 * LARGE });
  connection.sendBinary(bytesOf(LARGE));
  connection.sendText('a'.repeat(LARGE));
  refused(() => connection.sendBinary(bytesOf(LARGE)), 'buffer_full');
  assert.ok(connection.bytesHeld >= 2 * LARGE);
  assert.equal(frames(outputOf(connection)).length, 2);
  connection.sendBinary(bytesOf(LARGE));
});
