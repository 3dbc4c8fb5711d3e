// `transient`: messages as views of linear memory, which hold until the next call.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { throwsFor } from './support/usage.mjs';
import { concat, frameFor, frames } from './support/wire.mjs';

const ways = {
  receiveData: (connection, chunk, options) => connection.receiveData(chunk.slice(), options),
  commit(connection, chunk, options) {
    connection.reserve(chunk.length).set(chunk);
    connection.commit(chunk.length, options);
  },
};

const TRANSIENT = { transient: true };

/** Feeds a stream in chunks, and keeps copies of the events. */
function received(feed, stream, size, options, settings) {
  const connection = new Connection(settings);
  const events = [];
  for (let at = 0; at < stream.length; at += size) {
    feed(connection, stream.subarray(at, at + size), options);
    for (const event of eventsOf(connection)) {
      events.push(event.data instanceof Uint8Array ? { ...event, data: event.data.slice() } : event);
    }
  }
  return events;
}

// The first test: nothing else has given out a view of the memory yet.
test('a view that comes back as an argument is copied, or refused where it is input', () => {
  const server = new Connection({ role: 'server' });
  const payload = new Uint8Array(5000).fill(7);
  server.receiveData(frameFor('server', 2, payload), TRANSIENT);
  const [{ data }] = eventsOf(server);
  throwsFor(() => server.receiveData(data), TypeError, 'bytes');
  server.sendBinary(data, { copy: false });
  data.fill(0);
  assert.deepEqual(frames(outputOf(server))[0].payload, payload);
});

for (const [name, feed] of Object.entries(ways)) {
  for (const deliver of ['messages', 'fragments', 'payload']) {
    test(`${name}: the events are those of copies, however they are delivered: ${deliver}`, () => {
      const random = new Seeded(11);
      const binary = [0, 1, 60, 1023, 1024, 1025, 4095, 4096, 20_000, 300_000].map((length) => random.bytes(length));
      for (const role of ['server', 'client']) {
        const stream = concat(
          ...binary.flatMap((data) => [
            frameFor(role, 2, data),
            frameFor(role, 1, 'text é'),
            frameFor(role, 2, data, { fin: false }),
            frameFor(role, 9, 'between'),
            frameFor(role, 0, data),
          ]),
          frameFor(role, 8, ''),
        );
        for (const size of [700, 16_384, 65_536, 400_000, stream.length]) {
          const settings = { role, deliver };
          const views = received(feed, stream, size, TRANSIENT, settings);
          const copies = received(feed, stream, size, undefined, settings);
          assert.deepEqual(views, copies, `${role}, ${size} bytes at a time`);
        }
      }
    });
  }

  test(`${name}: a message is a view of the module's memory, and a copy without the option`, () => {
    const connection = new Connection({ role: 'server' });
    for (const length of [10, 2000, 30_000]) {
      feed(connection, frameFor('server', 2, new Uint8Array(length).fill(7)), TRANSIENT);
      const [{ data }] = connection.events();
      assert.equal(data.length, length);
      assert.ok(data.every((byte) => byte === 7));
      assert.equal(data.buffer, connection.reserve(1).buffer);
      feed(connection, frameFor('server', 2, new Uint8Array(length)));
      const [copy] = connection.events();
      assert.notEqual(copy.data.buffer, connection.reserve(1).buffer);
    }
  });

  test(`${name}: a view can be sent as it is`, () => {
    for (const role of ['server', 'client']) {
      const connection = new Connection({ role });
      for (const length of [3, 3000, 30_000]) {
        feed(connection, frameFor(role, 2, new Uint8Array(length).fill(9)), TRANSIENT);
        const [{ data }] = connection.events();
        connection.sendBinary(data, { copy: false });
        const [{ payload }] = frames(outputOf(connection));
        assert.equal(payload.length, length);
        assert.ok(payload.every((byte) => byte === 9));
      }
    }
  });
}

test('a payload that has begun as copies ends as a copy', () => {
  const connection = new Connection({ role: 'server' });
  const frame = frameFor('server', 2, new Uint8Array(10_000).fill(3));
  connection.receiveData(frame.slice(0, 5000));
  connection.reserve(frame.length).set(frame.subarray(5000));
  connection.commit(frame.length - 5000, TRANSIENT);
  const [{ data }] = connection.events();
  assert.equal(data.length, 10_000);
  assert.ok(data.every((byte) => byte === 3));
  assert.notEqual(data.buffer, connection.reserve(1).buffer);
});

test('the option is a boolean', () => {
  const connection = new Connection({ role: 'server' });
  for (const transient of [1, 'true', null]) {
    throwsFor(() => connection.receiveData(new Uint8Array(1), { transient }), TypeError, 'options.transient');
    connection.reserve(1);
    throwsFor(() => connection.commit(1, { transient }), TypeError, 'options.transient');
  }
  throwsFor(() => connection.commit(1, 5), TypeError, 'options');
});
