// Whole messages of a client, which are framed outside of the module: large ones are masked at once, small ones together when
// they are taken.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Connection } from 'sansocket';
import { outputOf } from './support/observe.mjs';
import { refused } from './support/usage.mjs';
import { concat, frames, toHex, utf8 } from './support/wire.mjs';

const original = crypto.getRandomValues;
const replace = (source) => {
  Object.defineProperty(crypto, 'getRandomValues', { value: source, configurable: true, writable: true });
};
afterEach(() => replace(original));

/** From here on they are masked at once. */
const LARGE = 4096;

const LENGTHS = [
  0,
  1,
  31,
  32,
  33,
  64,
  125,
  126,
  127,
  1000,
  LARGE - 1,
  LARGE,
  LARGE + 1,
  16_384,
  16_385,
  16_387,
  40_000,
  65_535,
  65_536,
  300_001,
];
const bytesOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 7) ^ (i >> 8));
const send = (connection, data) => (typeof data === 'string' ? connection.sendText(data) : connection.sendBinary(data));
const payloadOf = (data) => (typeof data === 'string' ? utf8(data) : data);

const messages = LENGTHS.flatMap((length) => [
  bytesOf(length),
  ...['a', 'é', '€', '🌍', '\ud800'].map((letter) => letter.repeat(Math.ceil(length / letter.length))),
]);

for (const pooled of [false, true]) {
  const where = pooled ? 'pooled' : 'in memory of its own';

  test(`each message is one masked frame with a key of its own: ${where}`, () => {
    const connection = new Connection({ role: 'client' });
    const keys = new Set();
    for (const data of messages) {
      const before = data.slice();
      const length = send(connection, data);
      if (typeof data === 'string') assert.equal(length, Buffer.byteLength(data));
      const [{ fin, opcode, key, payload }, ...more] = frames(concat(...connection.dataToSend({ pooled })));
      assert.deepEqual(data, before);
      assert.deepEqual(more, []);
      assert.ok(fin);
      assert.equal(opcode, typeof data === 'string' ? 1 : 2);
      assert.equal(Buffer.compare(payload, payloadOf(data)), 0, `${typeof data} of ${data.length}`);
      keys.add(toHex(key));
    }
    assert.equal(keys.size, messages.length);
    assert.deepEqual(connection.dataToSend(), []);
  });

  test(`many messages of clients that take turns, and of a server, keep their order: ${where}`, () => {
    const roles = ['client', 'server', 'client', 'client'];
    const connections = roles.map((role) => new Connection({ role }));
    const expected = connections.map(() => []);
    // More than one piece of the pool has room for.
    for (const [round, data] of [...messages, ...messages, ...messages].entries()) {
      for (const [index, connection] of connections.entries()) {
        // Not always by turns, so that runs are of different lengths.
        if ((round * 5 + index * 3) % 4 === 0) continue;
        send(connection, data);
        expected[index].push(payloadOf(data));
      }
    }
    for (const [index, connection] of connections.entries()) {
      const got = frames(concat(...connection.dataToSend({ pooled })));
      assert.equal(got.length, expected[index].length);
      for (const [i, { payload, key }] of got.entries()) {
        assert.equal(key !== undefined, roles[index] === 'client');
        assert.equal(Buffer.compare(payload, expected[index][i]), 0, `frame ${i}`);
      }
    }
  });
}

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

for (const role of ['client', 'server']) {
  test(`the bound on what waits counts small messages for whatever is sent after them: ${role}`, () => {
    const connection = new Connection({ role, maxBufferedBytes: 60 });
    connection.sendText('x'.repeat(30));
    for (const send of [
      () => connection.sendPing('0123456789abcdef'),
      () => connection.sendText('0123456789abcdef'),
      () => connection.sendText('0123456789abcdef', { fin: false }),
    ])
      refused(send, 'buffer_full');
    connection.sendClose(1000, 'the last frame always fits');
    assert.deepEqual(
      frames(outputOf(connection)).map(({ opcode }) => opcode),
      [1, 8],
    );
  });
}
