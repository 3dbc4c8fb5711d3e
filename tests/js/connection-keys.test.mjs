// Masking keys: fresh for every frame, from the host's source and from nothing else (RFC 6455 §5.3, §10.3).

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ClientHandshake, Connection, encodeFrame } from 'sansocket';
import { outputOf } from './support/observe.mjs';
import { refused } from './support/usage.mjs';
import { frameFor, frames, textOf, toHex } from './support/wire.mjs';

const original = crypto.getRandomValues;
const replace = (source) => {
  Object.defineProperty(crypto, 'getRandomValues', { value: source, configurable: true, writable: true });
};
afterEach(() => replace(original));

const client = (options) => new Connection({ role: 'client', ...options });

/** Throws away the keys that were drawn before: a pool has 1024 of them at most. */
function drain() {
  const connection = client();
  for (let i = 0; i < 1024; i += 1) {
    try {
      connection.sendPing();
    } catch {
      break;
    }
  }
  connection.free();
}

test('keys are taken from the source in order, and no byte of it twice', () => {
  let counter = 0;
  replace((array) => {
    const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < view.byteLength; at += 4) {
      counter += 1;
      view.setUint32(at, counter);
    }
    return array;
  });
  drain();
  drain();
  const connections = [client(), client(), client()];
  const keys = [];
  for (let i = 0; i < 5000; i += 1) {
    const connection = connections[i % 3];
    connection.sendBinary(Uint8Array.of(1));
    const [{ key }] = frames(outputOf(connection));
    keys.push(new DataView(key.buffer).getUint32(0));
  }
  for (const [i, key] of keys.entries()) assert.equal(key, keys[0] + i);
});

test('among 100 000 keys no more are equal than chance allows', () => {
  const connection = client();
  const seen = new Set();
  for (let i = 0; i < 100_000; i += 1) {
    connection.sendPing();
    if (i % 1000 === 999) for (const { key } of frames(outputOf(connection))) seen.add(toHex(key));
  }
  // 1.2 are expected among 2^32; twelve have a probability of 10^-8.
  assert.ok(seen.size > 100_000 - 12, `${100_000 - seen.size} keys repeated`);
  assert.ok(!seen.has('00000000') || seen.size > 99_998);
});

test('Pongs and the answer to a Close are masked with fresh keys too', () => {
  const connection = client();
  for (let i = 0; i < 100; i += 1) connection.receiveData(frameFor('client', 9, ''));
  connection.receiveData(frameFor('client', 8, ''));
  const sent = frames(outputOf(connection));
  assert.equal(sent.length, 101);
  assert.equal(new Set(sent.map(({ key }) => toHex(key))).size, 101);
});

test('however many Pongs are due, there are keys for all', () => {
  const connection = client({ maxPendingPongBytes: Infinity });
  const pings = new Uint8Array(2 * 10_000).map((_, i) => (i % 2 ? 0 : 0x89));
  connection.receiveData(pings);
  connection.sendText('after them');
  const sent = frames(outputOf(connection));
  assert.equal(sent.length, 10_001);
  assert.equal(sent.at(-1).opcode, 1);
});

const broken = {
  'it throws': () => {
    throw new Error('no entropy');
  },
  'it is missing': undefined,
};

for (const [name, source] of Object.entries(broken)) {
  test(`B13: nothing is sent when ${name}, and everything once it is back`, () => {
    replace(source);
    drain();
    const connection = client();
    refused(() => connection.sendText('secret'), 'no_randomness');
    refused(() => connection.sendBinary(new Uint8Array(3)), 'no_randomness');
    refused(() => connection.sendPing(), 'no_randomness');
    refused(() => connection.sendPong(), 'no_randomness');
    refused(() => connection.sendClose(), 'no_randomness');
    refused(() => connection.fail(1000), 'no_randomness');
    refused(() => encodeFrame({ opcode: 1, masked: true }), 'no_randomness');
    refused(() => new ClientHandshake({ host: 'example.com' }), 'no_randomness');
    assert.equal(connection.state, 'open');
    assert.deepEqual(connection.dataToSend(), []);
    connection.receiveData(frameFor('client', 9, 'due'));
    refused(() => connection.dataToSend(), 'no_randomness');

    const server = new Connection({ role: 'server' });
    server.sendText('needs no key');
    assert.equal(frames(outputOf(server)).length, 1);

    replace(original);
    connection.sendText('sent');
    assert.deepEqual(
      frames(outputOf(connection)).map(({ opcode }) => opcode),
      [10, 1],
    );
  });
}

for (const [name, source] of Object.entries(broken)) {
  test(`B13: texts that wait for their keys, and what comes behind them, are lost neither when ${name}`, () => {
    const connection = client();
    const texts = Array.from({ length: 20 }, (_, i) => `waits ${i}`);
    for (const text of texts) connection.sendText(text);
    connection.sendPing('ping');
    replace(source);
    drain();
    refused(() => connection.dataToSend(), 'no_randomness');
    refused(() => connection.sendText('behind the Ping'), 'no_randomness');
    refused(() => connection.sendBinary(new Uint8Array(3)), 'no_randomness');
    replace(original);
    connection.sendText('sent');
    const sent = frames(outputOf(connection)).map(({ opcode, payload }) => [opcode, textOf(payload)]);
    assert.deepEqual(sent, [...texts.map((text) => [1, text]), [9, 'ping'], [1, 'sent']]);
  });
}

test('the error has the cause', () => {
  const cause = new Error('no entropy');
  replace(() => {
    throw cause;
  });
  drain();
  assert.throws(() => client().sendPing(), { code: 'no_randomness', cause });
});

test('a server asks for no randomness', () => {
  replace(() => assert.fail('asked'));
  const connection = new Connection({ role: 'server' });
  connection.sendText('text');
  connection.sendPing();
  connection.receiveData(frameFor('server', 9, ''));
  connection.sendClose();
  assert.equal(frames(outputOf(connection)).length, 4);
});
