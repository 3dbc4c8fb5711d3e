// The vectors that concern permessage-deflate, whole and in pieces, and the examples of RFC 7692.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, recycle } from 'sansocket';
import { memoryBytes } from './support/instance.mjs';
import { asVector, eventsOf, outputOf } from './support/observe.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import { closeCodes, connectionOptions, group, inputOf, vector } from './support/vectors.mjs';
import { closes, hex, toHex } from './support/wire.mjs';

function check(vector) {
  const { expect } = vector;
  const input = inputOf(vector);
  let first;
  for (const places of waysToCut(input.length, 32)) {
    const context = `${vector.id}, ${describeCut(places)}`;
    const connection = new Connection(connectionOptions(vector));
    for (const chunk of cut(input, places)) connection.receiveData(chunk);
    const events = eventsOf(connection);
    first ??= [...events];
    assert.deepEqual(events, first, context);
    const error = events.at(-1)?.type === 'error' ? events.pop() : undefined;
    assert.deepEqual(events.map(asExpected), expect.events, context);
    assert.equal(error?.kind ?? null, expect.error, context);
    if (error) {
      assert.ok(closeCodes(expect).includes(error.closeCode), context);
      assert.ok(error.offset <= expect.detect_by - 1, `${context}: byte ${error.offset}`);
      assert.deepEqual(closes(outputOf(connection)), [{ code: error.closeCode, reason: '' }], context);
      assert.equal(connection.state, 'closing', context);
      assert.ok(connection.bytesHeld < 1024, `${context}: ${connection.bytesHeld} bytes held after a failure`);
    } else assert.equal(connection.state, events.some(({ type }) => type === 'close') ? 'closing' : 'open', context);
    connection.free();
  }
}

/** Of a long message the vectors have the length only. */
function asExpected(event) {
  return event.data?.length > 1000 ? { type: event.type, len: event.data.length } : asVector(event);
}

test('all vectors of the group pmd are there', () => assert.equal(group('pmd').length, 58));
for (const vector of group('pmd')) test(`${vector.id}: ${vector.source}`, () => check(vector));

test('L07: a bomb stops at the limit', () => {
  const { expect, ...l07 } = vector('L07');
  const input = inputOf(l07);
  assert.ok(Math.abs(input.length / 2 ** 20 - 1) < 0.1, `${input.length} bytes of a gigabyte`);
  let offset;
  for (const size of [input.length, 1 << 16, 1000, 1]) {
    recycle();
    const connection = new Connection(connectionOptions(l07));
    const before = memoryBytes();
    for (let at = 0; at < input.length && connection.state === 'open'; at += size) {
      connection.receiveData(input.subarray(at, at + size));
    }
    const [error, ...more] = eventsOf(connection);
    assert.deepEqual(more, []);
    assert.deepEqual([error.kind, error.closeCode], [expect.error, expect.close_code]);
    offset ??= error.offset;
    assert.equal(error.offset, offset, `in chunks of ${size}`);
    // This is what bounds the work, too: a thousandth of the input was looked at.
    assert.ok(offset < 1100, `byte ${offset} is where the limit is crossed`);
    // Linear memory does not shrink. It has had the message as it was collected, doubling: the last copy, the one before
    // it while it was moved, and the gaps of all the earlier ones. What is held is counted in tests/deflate_memory.rs.
    const grown = memoryBytes() - before;
    assert.ok(grown <= 3 * expect.max_extra_memory, `${grown} bytes more`);
    connection.free();
  }
});

test('L09: blocks with nothing but codes take time in proportion', () => {
  const l09 = vector('L09');
  const [{ frame }] = l09.gen;
  const options = { ...connectionOptions(l09), maxMessageSize: Infinity };
  const empty = [{ type: 'binary', hex: '' }];
  // The least of a few, of the processor and not of the clock: other work of the machine does not count.
  const milliseconds = (blocks) => {
    const input = inputOf({ ...l09, gen: [{ frame: { ...frame, deflate_dynamic_headers: blocks } }] });
    const times = Array.from({ length: 3 }, () => {
      const connection = new Connection(options);
      const begin = process.cpuUsage();
      connection.receiveData(input);
      const { user, system } = process.cpuUsage(begin);
      assert.deepEqual(eventsOf(connection).map(asVector), empty);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  };
  const all = frame.deflate_dynamic_headers;
  milliseconds(all / 10);
  const ratio = (milliseconds(all) + 5) / (milliseconds(all / 10) + 5);
  assert.ok(ratio < 40, `ten times as many blocks took ${ratio.toFixed(1)} times as long`);
  // The state of a block does not depend on how it was cut.
  const input = inputOf(l09);
  const other = new Connection(options);
  for (let at = 0; at < input.length; at += 997) other.receiveData(input.subarray(at, at + 997));
  assert.deepEqual(eventsOf(other).map(asVector), empty);
});

test('L09: a compressed message may be longer than what it inflates to, but not without end', () => {
  const l09 = vector('L09');
  const connection = new Connection({ ...connectionOptions(l09), maxMessageSize: 1 << 20 });
  connection.receiveData(inputOf(l09));
  const [{ kind, offset }] = eventsOf(connection);
  assert.deepEqual([kind, offset], ['message_too_large', 9]);
});

/** RFC 7692 §7.2.3: the frames that a client receives, and the messages in them. */
const EXAMPLES = {
  '7.2.3.1': ['c107 f248cdc9c90700', ['Hello']],
  '7.2.3.1, in two frames': ['4103 f248cd 8004 c9c90700', ['Hello']],
  '7.2.3.2': ['c107 f248cdc9c90700 c105 f200110000', ['Hello', 'Hello']],
  '7.2.3.2, without takeover': ['c107 f248cdc9c90700 c107 f248cdc9c90700', ['Hello', 'Hello']],
  '7.2.3.3': ['c10b 000500faff48656c6c6f00', ['Hello']],
  '7.2.3.4': ['c108 f348cdc9c9070000', ['Hello']],
  '7.2.3.5': ['c10d f24805000000ffffcac9c90700', ['Hello']],
  '7.2.3.6': ['c101 00', ['']],
};

for (const [section, [digits, messages]] of Object.entries(EXAMPLES)) {
  test(`RFC 7692 §${section}`, () => {
    const input = hex(digits);
    for (const places of waysToCut(input.length)) {
      const connection = new Connection({ role: 'client', perMessageDeflate: true });
      for (const chunk of cut(input, places)) connection.receiveData(chunk);
      const expected = messages.map((data) => ({ type: 'text', data }));
      assert.deepEqual(eventsOf(connection), expected, describeCut(places));
      connection.free();
    }
  });
}

test('RFC 7692 §7.2.3: what is sent', () => {
  const sent = (options, ...messages) => {
    const connection = new Connection({ role: 'server', perMessageDeflate: { level: 6, ...options } });
    for (const message of messages) connection.sendText(message);
    return toHex(outputOf(connection));
  };
  assert.equal(sent({}, 'Hello', 'Hello'), 'c107f248cdc9c90700c105f200110000');
  const forgets = { serverNoContextTakeover: true, threshold: 0 };
  assert.equal(sent(forgets, 'Hello', 'Hello'), 'c107f248cdc9c90700c107f248cdc9c90700');
  assert.equal(sent({ level: 0 }, 'Hello'), 'c10b000500faff48656c6c6f00');
  assert.equal(sent({}, ''), 'c10100');
});
