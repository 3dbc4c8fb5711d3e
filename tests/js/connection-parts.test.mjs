// A message sent in parts: without compression a binary one is framed outside the core, which must make no difference.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, PreparedMessage } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { refused, throwsFor } from './support/usage.mjs';
import { frameFor, frames, toHex } from './support/wire.mjs';

const roles = ['client', 'server'];
const part = Uint8Array.of(1, 2, 3);

/** A connection that has begun a binary message. */
function begun(role, options) {
  const connection = new Connection({ role, ...options });
  connection.sendBinary(part, { fin: false });
  return connection;
}

for (const role of roles) {
  test(`the parts of a ${role} and what is sent between them come in order`, () => {
    const connection = begun(role);
    connection.sendPing('one');
    connection.sendContinuation(Uint8Array.of(4), { fin: false });
    connection.receiveData(frameFor(role, 9, Uint8Array.of(5)));
    connection.sendContinuation('six', { fin: false });
    connection.sendPong('two');
    connection.sendContinuation(new Uint8Array());
    connection.sendText('after');
    const sent = frames(outputOf(connection)).map(({ fin, opcode, payload }) => [fin, opcode, toHex(payload)]);
    assert.deepEqual(sent, [
      [false, 2, '010203'],
      [true, 9, '6f6e65'],
      [false, 0, '04'],
      [true, 10, '05'],
      [false, 0, '736978'],
      [true, 10, '74776f'],
      [true, 0, ''],
      [true, 1, '6166746572'],
    ]);
  });

  test(`no message of a ${role} begins inside another, which goes on`, () => {
    const connection = begun(role);
    const prepared = new PreparedMessage('text');
    refused(() => connection.sendText('another'), 'fragment_order');
    refused(() => connection.sendBinary(part), 'fragment_order');
    refused(() => connection.sendBinary(part, { fin: false }), 'fragment_order');
    refused(() => connection.sendPrepared(prepared), 'fragment_order');
    refused(() => connection.sendCompressed('binary', part), 'fragment_order');
    connection.sendContinuation(part);
    refused(() => connection.sendContinuation(part), 'fragment_order');
    connection.sendPrepared(prepared);
    assert.deepEqual(
      frames(outputOf(connection)).map(({ fin, opcode }) => [fin, opcode]),
      [
        [false, 2],
        [true, 0],
        [true, 1],
      ],
    );
  });

  test(`the parts of a ${role} end with its Close`, () => {
    const connection = begun(role);
    connection.sendClose(1000);
    refused(() => connection.sendContinuation(part), 'not_open');
    refused(() => connection.sendText('another'), 'not_open');
    assert.deepEqual(
      frames(outputOf(connection)).map(({ opcode }) => opcode),
      [2, 8],
    );
  });

  test(`a ${role} may end its message between the peer's Close and its own (RFC 6455 §5.5.1)`, () => {
    const connection = begun(role);
    connection.receiveData(frameFor(role, 8, Uint8Array.of(3, 232)));
    refused(() => connection.sendText('another'), 'fragment_order');
    connection.sendContinuation(part);
    assert.deepEqual(
      frames(outputOf(connection)).map(({ fin, opcode }) => [fin, opcode]),
      [
        [false, 2],
        [true, 0],
        [true, 8],
      ],
    );
    refused(() => connection.sendContinuation(part), 'not_open');
  });
}

test('a part that finds no room is refused, and the message goes on', () => {
  const connection = begun('server', { maxBufferedBytes: 1000 });
  refused(() => connection.sendContinuation(new Uint8Array(990)), 'buffer_full');
  throwsFor(() => connection.sendContinuation(part, { copy: 1 }), TypeError, 'options.copy');
  throwsFor(() => connection.sendContinuation(7), TypeError, 'data');
  // Of what takes both, the error says so.
  for (const send of ['sendContinuation', 'sendPing', 'sendPong']) {
    assert.throws(() => connection[send](7), { message: /^"data" expected string, Uint8Array, ArrayBuffer or a view/ });
  }
  connection.sendContinuation(part, { fin: false });
  assert.equal(connection.bytesHeld, 10);
  assert.equal(outputOf(connection).length, 10);
  connection.sendContinuation(new Uint8Array(986));
  assert.equal(outputOf(connection).length, 990);
});

test('a part is copied, unless the caller gives it away', () => {
  const connection = begun('server');
  const mine = new Uint8Array(5000).fill(1);
  connection.sendContinuation(mine, { fin: false });
  connection.sendContinuation(mine, { copy: false });
  const chunks = connection.dataToSend();
  assert.equal(chunks.filter((bytes) => bytes === mine).length, 1);
  mine.fill(2);
  const [, copied, given] = frames(Buffer.concat(chunks));
  assert.deepEqual([copied.payload[0], given.payload[0]], [1, 2]);
});

test('parts between control frames are no drain: the peer is not given more of them', () => {
  const connection = begun('server', { maxControlFrames: 3 });
  for (let i = 0; i < 3; i += 1) {
    connection.receiveData(frameFor('server', 9, Uint8Array.of(i)));
    connection.sendContinuation(part, { fin: false });
  }
  connection.receiveData(frameFor('server', 9, part));
  assert.equal(eventsOf(connection).at(-1).code, 'WS_ERR_CONTROL_FLOOD');
});

test('whatever is called, the wire and the refusals are those of the core', () => {
  // With compression agreed, but worth it for nothing, all frames are the core's.
  const inside = { perMessageDeflate: { threshold: 1e9 } };
  const plain = { compress: false };
  const prepared = new Map();
  const preparedFor = (data) => {
    const { length } = data;
    if (!prepared.has(length)) prepared.set(length, new PreparedMessage(new Uint8Array(length)));
    return prepared.get(length);
  };
  const calls = {
    text: (connection, fin, data) => connection.sendText(toHex(data), { ...plain, fin }),
    binary: (connection, fin, data) => connection.sendBinary(data, { ...plain, fin }),
    part: (connection, fin, data) => connection.sendContinuation(data, { fin }),
    ping: (connection, _, data) => connection.sendPing(data.subarray(0, 125)),
    prepared: (connection, _, data) => connection.sendPrepared(preparedFor(data)),
    answered: (connection, _, data) => connection.receiveData(frameFor('server', 9, data.subarray(0, 125))),
    drained: (connection) => outputOf(connection),
    closes: (connection) => connection.sendClose(1000),
    closed: (connection) => connection.receiveData(frameFor('server', 8)),
  };
  const outcome = (call) => {
    try {
      return call();
    } catch (error) {
      return error.code;
    }
  };
  const seen = new Set();
  for (let seed = 1; seed <= 300; seed += 1) {
    const random = new Seeded(seed);
    const options = { role: 'server', maxBufferedBytes: 5000 };
    const connections = [new Connection(options), new Connection({ ...options, ...inside })];
    for (let step = 0; step < 40; step += 1) {
      const weighted = ['text', 'binary', 'binary', 'part', 'part', 'part', 'ping', 'prepared', 'answered', 'drained'];
      const name = random.below(100) === 0 ? random.pick(['closed', 'closes']) : random.pick(weighted);
      // Of text: which fault is told first, if there is no room either, is nobody's concern.
      const data = random.bytes(random.pick([0, 1, 125, 126, 1500, 3000])).map((byte) => byte & 0x7f);
      const fin = random.chance(40);
      const [own, core] = connections.map((connection) => outcome(() => calls[name](connection, fin, data)));
      assert.deepEqual(own, core, `seed ${seed}, step ${step}: ${name}`);
      if (typeof own === 'string') seen.add(own);
      const [held, heldInside] = connections.map(({ state, writeEnded }) => [state, writeEnded]);
      assert.deepEqual(held, heldInside, `seed ${seed}, step ${step}: ${name}`);
    }
    const [own, core] = connections.map(outputOf);
    assert.deepEqual(own, core, `seed ${seed}`);
    for (const connection of connections) connection.free();
  }
  assert.deepEqual([...seen].sort(), ['buffer_full', 'fragment_order', 'not_open']);
});
