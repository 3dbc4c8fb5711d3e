// The vectors of hostile input that concern a connection, whole and in pieces.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { asVector, errorOf, eventsOf, outputOf } from './support/observe.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import {
  closeCodes,
  connectionOptions,
  eventOf,
  group,
  inputOf,
  partsOf,
  rfc6455,
  vector,
} from './support/vectors.mjs';
import { closes, frameFor, frames } from './support/wire.mjs';

/** Runs a vector whole, byte by byte and at sixteen random cuts; every time it must look the same. */
function check(vector, ways = waysToCut(inputOf(vector).length)) {
  let first;
  for (const places of ways) {
    const context = `${vector.id}, ${describeCut(places)}`;
    const connection = new Connection(connectionOptions(vector));
    for (const chunk of cut(inputOf(vector), places)) connection.receiveData(chunk);
    const events = eventsOf(connection);
    first ??= [...events];
    assert.deepEqual(events, first, context);
    const error = events.at(-1)?.type === 'error' ? events.pop() : undefined;
    checkEvents(vector, events, context);
    checkError(vector, error, context);
    checkAftermath(vector, connection, { events, error }, context);
    connection.free();
  }
}

function checkEvents({ expect }, events, context) {
  if (expect.events_count === undefined) assert.deepEqual(events.map(asVector), expect.events, context);
  else assert.equal(events.length, expect.events_count, context);
}

function checkError({ expect }, error, context) {
  const kinds = expect.error_any ?? [expect.error];
  assert.ok(kinds.includes(error?.kind ?? null), `${context}: ${error?.kind}`);
  if (error === undefined) return;
  assert.ok(closeCodes(expect).includes(error.closeCode), `${context}: ${error.closeCode}`);
  assert.match(error.code, /^WS_ERR_[A-Z0-9_]+$/, context);
  assert.match(error.section, /^\d+(\.\d+)*$/, context);
  if (expect.detect_by !== undefined) assert.equal(error.offset, expect.detect_by - 1, context);
}

/** The peer is told once and nothing is read any more; without an error the connection goes on. */
function checkAftermath({ role, expect }, connection, { events, error }, context) {
  const received = events.find(({ type }) => type === 'close');
  const owed = error?.closeCode ?? received?.code;
  // An empty Close is answered by one.
  const sent = owed === undefined ? [] : [{ code: owed === 1005 ? undefined : owed, reason: '' }];
  assert.deepEqual(closes(outputOf(connection)), sent, context);
  assert.equal(connection.state, owed === undefined ? 'open' : 'closing', context);

  if (expect.state === 'need_more') {
    connection.receiveEof();
    assert.deepEqual(
      eventsOf(connection).map(({ kind, closeCode }) => ({ kind, closeCode })),
      [{ kind: 'unexpected_eof', closeCode: 1006 }],
      context,
    );
    assert.deepEqual(connection.dataToSend(), [], `${context}: there is nobody to tell`);
    return;
  }
  connection.receiveData(frameFor(role, 2, 'more'));
  const more = eventsOf(connection).map(asVector);
  if (owed === undefined) {
    assert.deepEqual(more, [{ type: 'binary', hex: '6d6f7265' }], context);
    return;
  }
  assert.deepEqual(more, [], context);
  connection.receiveEof();
  assert.deepEqual(eventsOf(connection), error === undefined ? [{ type: 'end' }] : [], context);
  assert.deepEqual(connection.dataToSend(), [], `${context}: there is one Close`);
}

for (const [name, count] of [
  ['frame', 164],
  ['utf8', 57],
]) {
  test(`all vectors of the group ${name} are there`, () => assert.equal(group(name).length, count));
  for (const vector of group(name)) test(`${vector.id}: ${vector.source}`, () => check(vector));
}

test('the index of the frame is that of the frame with the fault', () => {
  for (const [id, index] of [
    ['F01', 0],
    ['F21', 2],
    ['F41', 2],
  ]) {
    const { role } = vector(id);
    const connection = new Connection({ ...connectionOptions(vector(id)), role });
    connection.receiveData(inputOf(vector(id)));
    const { error } = [...connection.events()].at(-1);
    assert.equal(errorOf(error).frameIndex, index, id);
  }
});

for (const example of rfc6455.frames) {
  test(`RFC 6455 §${example.section}: ${example.name}`, () => {
    const input = partsOf(example.gen);
    for (const places of waysToCut(input.length)) {
      const connection = new Connection({ role: example.role });
      for (const chunk of cut(input, places)) connection.receiveData(chunk);
      assert.deepEqual(eventsOf(connection).map(asVector), example.events.map(eventOf), describeCut(places));
      connection.free();
    }
  });
}

test('L01: empty fragments count, and nothing is kept for them', () => {
  const l01 = vector('L01');
  const connection = new Connection(connectionOptions(l01));
  connection.receiveData(inputOf(l01));
  const [error, ...more] = eventsOf(connection);
  assert.deepEqual(more, []);
  checkError(l01, error, 'L01');
  // The first frame has seven bytes, each empty one six, and 4096 of them are allowed in all.
  assert.equal(error.offset, 7 + 6 * 4095 + 1);
  assert.equal(error.frameIndex, 4096);
  assert.ok(connection.bytesHeld <= l01.expect.max_extra_memory);
});

test('L03: a large frame byte by byte', () => {
  const l03 = vector('L03');
  const input = inputOf(l03);
  const connection = new Connection(connectionOptions(l03));
  for (let at = 0; at < input.length; at += 1) connection.receiveData(input.subarray(at, at + 1));
  assert.deepEqual(eventsOf(connection), []);
  assert.ok(connection.bytesHeld <= l03.expect.max_extra_memory, `${connection.bytesHeld} bytes held`);
  // The byte that is missing completes it.
  connection.receiveData(new Uint8Array(1));
  const [{ type, data }] = connection.events();
  assert.deepEqual([type, data.length], ['binary', 1 << 20]);
});

test('L05: pings while nothing is drained', () => {
  const l05 = vector('L05');
  const connection = new Connection(connectionOptions(l05));
  connection.receiveData(inputOf(l05));
  const events = eventsOf(connection);
  assert.equal(events.length, l05.expect.events_count);
  assert.ok(events.every(({ type, data }) => type === 'ping' && data.length === 125));
  const output = outputOf(connection);
  assert.ok(output.length <= l05.expect.pending_pong_bytes_max, `${output.length} bytes of pongs`);
  assert.ok(output.length <= 8 << 10);
  // RFC 6455 §5.5.3: the latest Ping is answered whatever was left out.
  assert.equal(new TextDecoder().decode(frames(output).at(-1).payload), 'x'.repeat(125));
});
