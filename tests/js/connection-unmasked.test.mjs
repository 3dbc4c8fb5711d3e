// Whole messages of a server, which are framed outside of the module: the same bytes as the core's own, in the same order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, encodeFrame } from 'sansocket';
import { refused } from './support/usage.mjs';
import { concat } from './support/wire.mjs';

const LENGTHS = [0, 1, 31, 32, 33, 41, 42, 43, 125, 126, 127, 4096, 16_383, 16_384, 16_385, 65_535, 65_536, 100_000];
const LETTERS = ['a', 'é', '€', '🌍', '\ud800', 'a\udc00'];

const bytesFor = (length) => Uint8Array.from({ length }, (_, i) => i * 7);
const frameOf = (data) => {
  const [opcode, payload] = typeof data === 'string' ? [1, Buffer.from(data)] : [2, data];
  return encodeFrame({ opcode, payload });
};
const messages = LENGTHS.flatMap((length) => [
  bytesFor(length),
  ...LETTERS.map((letter) => letter.repeat(Math.ceil(length / letter.length)).slice(0, length)),
]);
const send = (connection, data) => (typeof data === 'string' ? connection.sendText(data) : connection.sendBinary(data));

for (const pooled of [false, true]) {
  test(`each message is the frame of the core: ${pooled ? 'pooled' : 'in memory of its own'}`, () => {
    const connection = new Connection({ role: 'server' });
    for (const data of messages) {
      const length = send(connection, data);
      if (typeof data === 'string') assert.equal(length, Buffer.byteLength(data));
      const output = concat(...connection.dataToSend({ pooled }));
      assert.equal(Buffer.compare(output, frameOf(data)), 0, `${typeof data} of ${data.length}`);
    }
    assert.deepEqual(connection.dataToSend(), []);
  });

  test(`many messages of connections that take turns keep their order: ${pooled ? 'pooled' : 'own memory'}`, () => {
    const connections = ['a', 'b', 'c'].map(() => new Connection({ role: 'server' }));
    const expected = connections.map(() => []);
    for (const [round, data] of messages.entries()) {
      for (const [index, connection] of connections.entries()) {
        // Not always by turns, so that runs are of different lengths.
        if ((round * 5 + index * 3) % 4 === 0) continue;
        send(connection, data);
        expected[index].push(frameOf(data));
      }
    }
    for (const [index, connection] of connections.entries()) {
      assert.equal(Buffer.compare(concat(...connection.dataToSend({ pooled })), concat(...expected[index])), 0);
    }
  });
}

test('what the core frames and what is framed outside of it keep their order', () => {
  const connection = new Connection({ role: 'server' });
  const ping = encodeFrame({ opcode: 9, payload: Uint8Array.of(5), masked: true });
  connection.sendText('one');
  connection.sendPing('two');
  connection.sendText('three');
  connection.receiveData(ping);
  connection.sendText('first part', { fin: false });
  refused(() => connection.sendText('another'), 'fragment_order');
  refused(() => connection.sendBinary(Uint8Array.of(1)), 'fragment_order');
  connection.sendContinuation('last part');
  connection.sendText('four');
  connection.sendClose();
  refused(() => connection.sendText('late'), 'not_open');
  assert.deepEqual(
    concat(...connection.dataToSend()),
    concat(
      encodeFrame({ opcode: 1, payload: Buffer.from('one') }),
      encodeFrame({ opcode: 9, payload: Buffer.from('two') }),
      encodeFrame({ opcode: 1, payload: Buffer.from('three') }),
      encodeFrame({ opcode: 10, payload: Uint8Array.of(5) }),
      encodeFrame({ opcode: 1, fin: false, payload: Buffer.from('first part') }),
      encodeFrame({ opcode: 0, payload: Buffer.from('last part') }),
      encodeFrame({ opcode: 1, payload: Buffer.from('four') }),
      encodeFrame({ opcode: 8, payload: new Uint8Array() }),
    ),
  );
});

test('a message after a Ping was received is sent behind the Pong that is due', () => {
  const connection = new Connection({ role: 'server' });
  connection.receiveData(encodeFrame({ opcode: 9, payload: Uint8Array.of(5), masked: true }));
  connection.sendText('answer');
  const pong = encodeFrame({ opcode: 10, payload: Uint8Array.of(5) });
  assert.deepEqual(concat(...connection.dataToSend()), concat(pong, frameOf('answer')));
});

test('bytes are copied, unless they are long and not to be', () => {
  const connection = new Connection({ role: 'server' });
  for (const [length, copy, isSame] of [
    [100, true, false],
    [100, false, false],
    [1023, false, false],
    [1024, false, true],
    [20_000, true, false],
    [20_000, false, true],
  ]) {
    const data = bytesFor(length);
    const expected = frameOf(data);
    connection.sendBinary(data, { copy });
    const pieces = connection.dataToSend();
    assert.equal(Buffer.compare(concat(...pieces), expected), 0);
    assert.equal(pieces.at(-1).buffer === data.buffer, isSame, `${length}, copy: ${copy}`);
    data.fill(0);
    assert.equal(Buffer.compare(concat(...pieces), expected) !== 0, isSame);
  }
  assert.throws(() => connection.sendBinary(bytesFor(1), { copy: 1 }), { name: 'TypeError', message: /options\.copy/ });
});

test('memory of the module is copied, whatever is said', () => {
  const connection = new Connection({ role: 'server' });
  const memory = new Connection({ role: 'server' }).reserve(20_000).fill(3);
  connection.sendBinary(memory, { copy: false });
  assert.ok(connection.dataToSend().every((piece) => piece.buffer !== memory.buffer));
});

test('pieces that are not pooled are plain arrays that are alone in their memory', () => {
  const connection = new Connection({ role: 'server' });
  for (const data of messages) send(connection, data);
  for (const piece of connection.dataToSend()) {
    assert.equal(Object.getPrototypeOf(piece), Uint8Array.prototype);
    assert.equal(piece.byteLength, piece.buffer.byteLength);
  }
});

test('what is not taken counts as held, up to the limit', () => {
  const connection = new Connection({ role: 'server', maxBufferedBytes: 1000 });
  const before = connection.bytesHeld;
  connection.sendText('x'.repeat(500));
  assert.equal(connection.bytesHeld, before + 504);
  refused(() => connection.sendText('x'.repeat(483)), 'buffer_full');
  refused(() => connection.sendText('é'.repeat(242)), 'buffer_full');
  refused(() => connection.sendBinary(new Uint8Array(483)), 'buffer_full');
  // 504 + 14 + 482 is the limit.
  assert.equal(connection.sendText('é'.repeat(241)), 482);
  assert.equal(concat(...connection.dataToSend()).length, 504 + 486);
  assert.equal(connection.bytesHeld, before);
  connection.sendBinary(new Uint8Array(900));
  connection.free();
  refused(() => connection.sendText('freed'), 'use_after_free');
});
