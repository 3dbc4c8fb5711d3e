// Ways to hand out data: whole messages, frame by frame, or payload as it arrives; and the tap on frame headers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf } from './support/observe.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import { concat, frameFor, hex, KEY, textOf, utf8 } from './support/wire.mjs';

/** Two messages in fragments, one of them empty in places, with a Ping between. */
const stream = concat(
  frameFor('server', 1, 'Grü', { fin: false }),
  frameFor('server', 0, '', { fin: false }),
  frameFor('server', 9, 'p'),
  frameFor('server', 0, 'ße'),
  frameFor('server', 2, new Uint8Array(5000).fill(7)),
  frameFor('server', 2, ''),
  frameFor('server', 1, ''),
);

const text = (event) => ({ ...event, data: textOf(event.data) });

test('fragments: each data frame by itself, however it is cut', () => {
  for (const places of waysToCut(stream.length)) {
    const connection = new Connection({ role: 'server', deliver: 'fragments' });
    for (const chunk of cut(stream, places)) connection.receiveData(chunk);
    const [first, second, ping, third, large, ...empty] = eventsOf(connection);
    const context = describeCut(places);
    assert.deepEqual(
      text(first),
      { type: 'fragment', kind: 'text', data: 'Grü', first: true, last: false, compressed: false },
      context,
    );
    assert.deepEqual(
      text(second),
      { type: 'fragment', kind: 'text', data: '', first: false, last: false, compressed: false },
      context,
    );
    assert.deepEqual(ping, { type: 'ping', data: utf8('p') }, context);
    assert.deepEqual(
      text(third),
      { type: 'fragment', kind: 'text', data: 'ße', first: false, last: true, compressed: false },
      context,
    );
    const data = new Uint8Array(5000).fill(7);
    assert.deepEqual(
      large,
      { type: 'fragment', kind: 'binary', data, first: true, last: true, compressed: false },
      context,
    );
    assert.deepEqual(
      empty.map(({ kind, data, first, last }) => [kind, data.length, first, last]),
      [
        ['binary', 0, true, true],
        ['text', 0, true, true],
      ],
      context,
    );
    connection.free();
  }
});

test('payload: the parts add up to the messages, however it is cut', () => {
  for (const places of waysToCut(stream.length, 32)) {
    const connection = new Connection({ role: 'server', deliver: 'payload' });
    const messages = [];
    let parts;
    for (const chunk of cut(stream, places)) {
      connection.receiveData(chunk);
      for (const event of connection.events()) {
        if (event.type === 'ping') continue;
        assert.equal(event.type, 'payload');
        assert.equal(event.first, parts === undefined);
        parts ??= [];
        parts.push(event.data);
        if (!event.last) continue;
        messages.push({ kind: event.kind, data: concat(...parts) });
        parts = undefined;
      }
      assert.ok(connection.bytesHeld < 200, 'nothing is held');
    }
    assert.deepEqual(
      messages,
      [
        { kind: 'text', data: utf8('Grüße') },
        { kind: 'binary', data: new Uint8Array(5000).fill(7) },
        { kind: 'binary', data: new Uint8Array() },
        { kind: 'text', data: new Uint8Array() },
      ],
      describeCut(places),
    );
    connection.free();
  }
});

test('payload: a message of 5 GiB begins to arrive, in constant memory', () => {
  const connection = new Connection({ role: 'client', deliver: 'payload', maxMessageSize: Infinity });
  connection.receiveData(hex('82 7f 00 00 00 01 40 00 00 00'));
  const chunk = new Uint8Array(1 << 20).fill(0xa5);
  for (let i = 0; i < 64; i += 1) {
    connection.receiveData(chunk);
    const data = concat(...Array.from(connection.events(), (event) => event.data));
    assert.equal(Buffer.compare(data, chunk), 0);
    assert.ok(connection.bytesHeld < 200);
  }
  assert.equal(connection.bytesReceived, 10 + 64 * 2 ** 20);
});

test('payload: what is valid before the fault is delivered, then the error', () => {
  const input = concat(frameFor('client', 1, 'ok', { fin: false }), frameFor('client', 0, hex('61 62 ff 63')));
  for (const places of waysToCut(input.length)) {
    const connection = new Connection({ role: 'client', deliver: 'payload' });
    for (const chunk of cut(input, places)) connection.receiveData(chunk);
    const events = eventsOf(connection);
    const { kind, offset } = events.pop();
    assert.deepEqual([kind, offset], ['invalid_utf8', 8]);
    assert.equal(textOf(concat(...events.map(({ data }) => data))), 'okab');
    assert.ok(events.every(({ last }) => !last));
  }
});

test('the tap reports each header before anything else of the frame', () => {
  const connection = new Connection({ role: 'server', frames: true });
  connection.receiveData(stream.subarray(0, 6));
  const [first] = eventsOf(connection);
  assert.deepEqual(first, {
    type: 'frame',
    fin: false,
    rsv1: false,
    rsv2: false,
    rsv3: false,
    opcode: 1,
    masked: true,
    maskingKey: KEY,
    payloadLength: 4,
    offset: 0,
    headerLength: 6,
    index: 0,
  });
  connection.receiveData(stream.subarray(6));
  const events = eventsOf(connection);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['frame', 'frame', 'ping', 'frame', 'text', 'frame', 'binary', 'frame', 'binary', 'frame', 'text'],
  );
  const headers = events.filter(({ type }) => type === 'frame');
  assert.deepEqual(
    headers.map(({ index }) => index),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(
    headers.map(({ offset }) => offset),
    [10, 16, 23, 32, 5040, 5046],
  );
  assert.deepEqual(
    headers.map(({ headerLength }) => headerLength),
    [6, 6, 6, 8, 6, 6],
  );
});

test('the tap shows no key on an unmasked frame, and lengths beyond 32 bits', () => {
  const connection = new Connection({ role: 'client', frames: true, maxMessageSize: Infinity });
  connection.receiveData(hex('82 7f 00 1f ff ff ff ff ff ff'));
  const [{ masked, maskingKey, payloadLength, headerLength }] = connection.events();
  assert.deepEqual(
    { masked, maskingKey, payloadLength, headerLength },
    {
      masked: false,
      maskingKey: undefined,
      payloadLength: Number.MAX_SAFE_INTEGER,
      headerLength: 10,
    },
  );
});

test('the tap does not change what else is reported', () => {
  for (const deliver of ['messages', 'fragments', 'payload']) {
    const [plain, tapped] = [false, true].map((frames) => {
      const connection = new Connection({ role: 'server', deliver, frames });
      connection.receiveData(stream);
      return eventsOf(connection).filter(({ type }) => type !== 'frame');
    });
    assert.deepEqual(tapped, plain, deliver);
  }
});
