// Many texts before one drain: short ones of ASCII wait to be framed together, and nobody must be able to tell.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { refused } from './support/usage.mjs';
import { concat, frameFor, frames, toHex, utf8 } from './support/wire.mjs';

const ascii = (length, i = 0) => `${i} the quick brown fox jumps over the lazy dog. `.repeat(7).slice(0, length);

/** Sends the texts, drains once, and compares what comes out. */
function sendsAll(role, texts, options) {
  const connection = new Connection({ role });
  for (const text of texts) assert.equal(connection.sendText(text), utf8(text).length);
  const held = connection.bytesHeld;
  const bytes = concat(...connection.dataToSend(options));
  assert.equal(bytes.length, held);
  const sent = frames(bytes);
  assert.equal(sent.length, texts.length);
  for (const [i, { fin, opcode, key, payload }] of sent.entries()) {
    assert.deepEqual([fin, opcode, key !== undefined], [true, 1, role === 'client']);
    assert.equal(toHex(payload), toHex(utf8(texts[i])), `text ${i} of ${texts.length}`);
  }
  assert.equal(connection.bytesHeld, 0);
  assert.deepEqual(connection.dataToSend(options), []);
  connection.free();
  return sent;
}

for (const role of ['client', 'server']) {
  for (const pooled of [false, true]) {
    test(`a ${role} sends any number of texts at once, ${pooled ? 'pooled' : 'in memory of their own'}`, () => {
      for (const count of [1, 2, 7, 8, 9, 127, 128, 129, 256, 999, 1000, 1001, 3000]) {
        sendsAll(
          role,
          Array.from({ length: count }, (_, i) => ascii(i % 40, i)),
          { pooled },
        );
      }
    });

    test(`a ${role} sends texts of every length at once, ${pooled ? 'pooled' : 'in memory of their own'}`, () => {
      const lengths = [...Array(300).keys()];
      sendsAll(
        role,
        lengths.map((length) => ascii(length)),
        { pooled },
      );
      for (const length of [0, 1, 125, 126, 127, 254, 255, 256, 257]) {
        sendsAll(role, Array(20).fill(ascii(length)), { pooled });
      }
    });
  }

  test(`a ${role} sends texts, and what comes between them, in order`, () => {
    const random = new Seeded(7);
    for (let round = 0; round < 50; round += 1) {
      const connection = new Connection({ role });
      const expected = [];
      const add = (opcode, payload, send) => {
        send();
        expected.push([opcode, toHex(payload)]);
      };
      for (let i = 0; i < 300; i += 1) {
        const text = ascii(random.below(60), i);
        const bytes = utf8(text);
        // Mostly texts, so that many of them wait.
        const choice = random.below(60);
        if (choice === 0) add(2, bytes, () => connection.sendBinary(bytes));
        else if (choice === 1) add(9, bytes, () => connection.sendPing(bytes));
        else if (choice === 2) add(1, utf8(`${text}é`), () => connection.sendText(`${text}é`));
        else if (choice === 3) add(10, bytes, () => connection.receiveData(frameFor(role, 9, bytes)));
        else if (choice === 4) add(1, utf8(ascii(280, i)), () => connection.sendText(ascii(280, i)));
        else add(1, bytes, () => connection.sendText(text));
      }
      const sent = frames(outputOf(connection)).map(({ opcode, payload }) => [opcode, toHex(payload)]);
      // A Pong may go out behind what was sent later, but never in front of what was sent before.
      const answers = (list) => list.filter(([opcode]) => opcode === 10);
      const others = (list) => list.filter(([opcode]) => opcode !== 10);
      assert.deepEqual(others(sent), others(expected));
      assert.deepEqual(answers(sent), answers(expected));
      connection.free();
    }
  });

  test(`texts of a ${role} that wait count for maxBufferedBytes`, () => {
    const header = role === 'client' ? 6 : 2;
    const connection = new Connection({ role, maxBufferedBytes: 1000 });
    for (let i = 0; i < 50; i += 1) connection.sendText('0123456789');
    assert.equal(connection.bytesHeld, 50 * (header + 10));
    refused(() => connection.sendText(ascii(250).repeat(4)), 'buffer_full');
    assert.equal(frames(outputOf(connection)).length, 50);
    connection.free();
  });
}

test('no two texts of a client have the same key', () => {
  const keys = new Set();
  for (const count of [1, 5, 100, 1000, 2500]) {
    for (const { key } of sendsAll('client', Array(count).fill('text'))) keys.add(toHex(key));
  }
  // Of so many random ones two may be alike, once in three hundred times; three hardly ever.
  assert.ok(keys.size >= 3605, `${keys.size} keys for 3606 texts`);
});

test('texts that wait are forgotten with their connection', () => {
  const connection = new Connection({ role: 'server' });
  for (let i = 0; i < 20; i += 1) connection.sendText('text');
  connection.free();
  refused(() => connection.dataToSend(), 'use_after_free');
});
