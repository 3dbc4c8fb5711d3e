// createTransport: what a source of callbacks may count on, and what its user may.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransport } from 'sansocket/adapters';

const task = () => new Promise(setImmediate);

/** A source that notes what is asked of it, and the sink that it was given. */
function probe(options, more = {}) {
  const calls = [];
  let sink;
  const note =
    (name) =>
    (...values) =>
      void calls.push([name, ...values]);
  const transport = createTransport(
    {
      start: (given) => {
        sink = given;
      },
      write: note('write'),
      end: note('end'),
      abort: note('abort'),
      pause: note('pause'),
      resume: note('resume'),
      close: note('close'),
      ...more,
    },
    options,
  );
  return { transport, sink, calls };
}

test('a source is started at once, and stopped until somebody reads', async () => {
  const { transport, sink, calls } = probe();
  assert.deepEqual(calls, [['pause']]);
  sink.data(Uint8Array.of(1));
  sink.data(Uint8Array.of(2));
  sink.end();
  await task();
  const reader = transport.readable.getReader();
  assert.deepEqual(calls[1], ['resume']);
  assert.deepEqual(await reader.read(), { done: false, value: Uint8Array.of(1) });
  assert.deepEqual(await reader.read(), { done: false, value: Uint8Array.of(2) });
  assert.equal((await reader.read()).done, true);
});

test('too much before anybody reads is a loss that the first reader is told of', async () => {
  const { transport, sink, calls } = probe({ maxPendingBytes: 10 });
  sink.data(new Uint8Array(8));
  sink.data(new Uint8Array(3));
  assert.deepEqual(calls.map(([name]) => name).join(), 'pause,abort');
  await task();
  await assert.rejects(transport.readable.getReader().read(), { name: 'RangeError', message: /^11 bytes wait/ });
});

test('cancel and abort reset both directions', async () => {
  for (const reset of ['readable', 'writable']) {
    const { transport, calls } = probe();
    const { readable, writable } = transport;
    const reason = new Error('enough');
    await (reset === 'readable' ? readable.cancel(reason) : writable.abort(reason));
    assert.deepEqual(calls.at(-1), ['abort', reason]);
    if (reset === 'readable') await assert.rejects(writable.getWriter().write(new Uint8Array(1)), reason);
    else await assert.rejects(readable.getReader().read(), reason);
  }
});

test('a start that throws or rejects, and a `closed` that settles, are losses', async () => {
  const reason = new Error('no device');
  const throws = () => {
    throw reason;
  };
  for (const more of [
    () => ({ start: throws }),
    () => ({ start: () => Promise.reject(reason) }),
    () => ({ closed: Promise.reject(reason) }),
  ]) {
    const { transport } = probe({}, more());
    await assert.rejects(transport.readable.getReader().read(), reason);
  }
  const { transport } = probe({}, { closed: Promise.resolve() });
  await assert.rejects(transport.readable.getReader().read(), /the transport has closed/);
});

test('pieces are written in turn by a source that takes one at a time', async () => {
  const written = [];
  const transport = createTransport({
    start() {},
    write(bytes) {
      return new Promise((resolve) => written.push({ bytes, resolve }));
    },
  });
  const wire = transport[Symbol.for('sansocket.wire')]();
  const writing = wire.writeAll([Uint8Array.of(1), Uint8Array.of(2)]);
  assert.equal(written.length, 1);
  written[0].resolve();
  await new Promise(setImmediate);
  assert.deepEqual(
    written.map(({ bytes }) => bytes[0]),
    [1, 2],
  );
  written[1].resolve();
  await writing;
});

test('what is written to the stream is copied, whatever kind of bytes it is', async () => {
  const { transport, calls } = probe();
  const writer = transport.writable.getWriter();
  const given = [
    Uint8Array.of(1, 2),
    // A slice of memory that many share.
    Buffer.from([1, 2]),
    Uint8Array.of(0, 1, 2).subarray(1),
    new DataView(Uint8Array.of(1, 2).buffer),
    Uint8Array.of(1, 2).buffer,
  ];
  for (const chunk of given) {
    await writer.write(chunk);
    const [name, bytes] = calls.at(-1);
    assert.equal(name, 'write');
    new Uint8Array(chunk.buffer ?? chunk, chunk.byteOffset ?? 0, 2).fill(0);
    assert.deepEqual([bytes, bytes.buffer.byteLength], [Uint8Array.of(1, 2), 2]);
  }
  await assert.rejects(writer.write('text'), {
    name: 'TypeError',
    message: 'a chunk of "transport.writable" expected bytes, got string',
  });
});

test('a bound that is none is refused by name', () => {
  const source = { start() {}, write() {} };
  for (const maxPendingBytes of [Number.NaN, -1, 0, '1000']) {
    assert.throws(() => createTransport(source, { maxPendingBytes }), {
      name: 'RangeError',
      message: /maxPendingBytes/,
    });
  }
  createTransport(source, { maxPendingBytes: Number.POSITIVE_INFINITY });
});

test('an incomplete source is refused by the name of what it lacks', () => {
  for (const [source, name] of [
    [{}, 'source.start'],
    [{ start() {} }, 'source.write'],
    [undefined, 'source.start'],
  ]) {
    assert.throws(() => createTransport(source), { name: 'TypeError', message: `"${name}" expected a function` });
  }
});
