// Frames as web streams: order, backpressure, and how each side learns that the other is gone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameDecoderStream, FrameEncoderStream, ProtocolError } from 'sansocket';
import { cut, waysToCut } from './support/splits.mjs';
import { throwsFor } from './support/usage.mjs';
import { concat, frame, hex, KEY, toHex } from './support/wire.mjs';

const abc = concat(...['a', 'b', 'c'].map((payload) => frame({ opcode: 1, payload, key: KEY })));
const bad = hex('82 7f ff ff ff ff ff ff ff ff');
const text = ({ payload }) => new TextDecoder().decode(payload);

const from = (chunks) => ReadableStream.from?.(chunks) ?? new Blob(chunks).stream();

/** Everything that can be read, and the error that ended it. */
async function readAll(readable) {
  const seen = [];
  try {
    for await (const value of readable) seen.push(value);
  } catch (error) {
    return { seen, error };
  }
  return { seen };
}

/** Whether the promise is settled by now. */
async function settled(promise) {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setTimeout(resolve));
  return done;
}

test('bytes in, frames out, however they are cut', async () => {
  for (const places of waysToCut(abc.length)) {
    const frames = from(cut(abc, places)).pipeThrough(new FrameDecoderStream());
    const { seen, error } = await readAll(frames);
    assert.equal(error, undefined);
    assert.deepEqual(seen.map(text), ['a', 'b', 'c']);
  }
});

test('frames in, bytes out: the same as went in', async () => {
  const bytes = from([abc]).pipeThrough(new FrameDecoderStream()).pipeThrough(new FrameEncoderStream());
  const { seen } = await readAll(bytes);
  assert.deepEqual(concat(...seen), abc);
});

test('every frame before a fault can be read, then the error, on both sides', async () => {
  for (const chunks of [[abc, bad], [concat(abc, bad)], [concat(abc, bad, abc)], [bad]]) {
    const stream = new FrameDecoderStream();
    const writer = stream.writable.getWriter();
    const written = Promise.allSettled([...chunks.map((chunk) => writer.write(chunk)), writer.closed]);
    const { seen, error } = await readAll(stream.readable);
    assert.deepEqual(seen.map(text), chunks[0] === bad ? [] : ['a', 'b', 'c']);
    assert.ok(error instanceof ProtocolError);
    assert.equal(error.kind, 'length_msb');
    const closed = (await written).at(-1);
    assert.equal(closed.reason, error);
  }
});

test('an error stops the pipe, and the source is cancelled', async () => {
  let reason;
  const source = new ReadableStream({
    start: (controller) => controller.enqueue(bad),
    cancel: (why) => {
      reason = why;
    },
  });
  const { error } = await readAll(source.pipeThrough(new FrameDecoderStream()));
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(error.kind, 'length_msb');
  assert.equal(reason, error);
});

test('the end inside a frame is an error', async () => {
  const { seen, error } = await readAll(from([abc.subarray(0, -1)]).pipeThrough(new FrameDecoderStream()));
  assert.deepEqual(seen.map(text), ['a', 'b']);
  assert.equal(error.kind, 'unexpected_eof');

  const stream = new FrameDecoderStream();
  const writer = stream.writable.getWriter();
  await writer.write(abc.subarray(0, 3));
  await assert.rejects(writer.close(), { kind: 'unexpected_eof' });
});

test('what is no bytes ends both sides with a TypeError', async () => {
  const stream = new FrameDecoderStream();
  const writer = stream.writable.getWriter();
  const written = writer.write('text');
  await assert.rejects(stream.readable.getReader().read(), { name: 'TypeError', code: 'invalid_argument' });
  await assert.rejects(written, { name: 'TypeError' });

  const encoder = new FrameEncoderStream();
  const read = encoder.readable.getReader().read();
  await assert.rejects(encoder.writable.getWriter().write({ opcode: 99 }), { name: 'RangeError' });
  await assert.rejects(read, { name: 'RangeError' });
});

test('a write waits until its frames were read, and no longer', async () => {
  const stream = new FrameDecoderStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  await writer.write(abc.subarray(0, 4));
  const written = writer.write(abc.subarray(4));
  for (const expected of ['a', 'b', 'c']) {
    assert.equal(await settled(written), false);
    assert.equal(text((await reader.read()).value), expected);
  }
  await written;
  const closed = writer.close();
  assert.equal((await reader.read()).done, true);
  await closed;
});

test('a source is not read ahead of the reader', async () => {
  let pulled = 0;
  const source = new ReadableStream(
    {
      pull(controller) {
        pulled += 1;
        controller.enqueue(abc);
      },
    },
    { highWaterMark: 0 },
  );
  const reader = source.pipeThrough(new FrameDecoderStream()).getReader();
  for (let i = 0; i < 30; i += 1) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(pulled <= 12, `${pulled} chunks for 10 that were read`);
});

test('several reads at once', async () => {
  const stream = new FrameDecoderStream();
  const reader = stream.readable.getReader();
  const reads = Array.from({ length: 4 }, () => reader.read());
  const writer = stream.writable.getWriter();
  await writer.write(abc);
  await writer.close();
  const results = await Promise.all(reads);
  assert.deepEqual(
    results.map(({ value, done }) => (done ? 'end' : text(value))),
    ['a', 'b', 'c', 'end'],
  );
});

test('cancel reaches the writer at once, whether it waits or not', async () => {
  const reason = new Error('enough');
  for (const waits of [true, false]) {
    const stream = new FrameDecoderStream();
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    const written = waits ? writer.write(abc) : undefined;
    written?.catch(() => {});
    await settled(Promise.resolve());
    await stream.readable.cancel(reason);
    if (written) await assert.rejects(written, reason);
    await assert.rejects(writer.closed, reason);
    await assert.rejects(writer.write(abc), reason);
  }
});

test('abort reaches the reader', async () => {
  const reason = new Error('gone');
  const stream = new FrameDecoderStream();
  const writer = stream.writable.getWriter();
  await writer.write(abc.subarray(0, 3));
  const read = stream.readable.getReader().read();
  await writer.abort(reason);
  await assert.rejects(read, reason);
});

test('an error of the source reaches the reader after the frames before it', async () => {
  const reason = new Error('reset');
  let sent = false;
  const source = new ReadableStream({
    pull(controller) {
      if (sent) controller.error(reason);
      else controller.enqueue(abc);
      sent = true;
    },
  });
  const { seen, error } = await readAll(source.pipeThrough(new FrameDecoderStream()));
  assert.deepEqual(seen.map(text), ['a', 'b', 'c']);
  assert.equal(error, reason);
});

test('options are those of FrameDecoder', async () => {
  throwsFor(() => new FrameDecoderStream({ maxFrameSize: -1 }), RangeError, 'options.maxFrameSize');
  const { error } = await readAll(
    from([frame({ opcode: 2, payload: 'abc' })]).pipeThrough(new FrameDecoderStream({ maxFrameSize: 2 })),
  );
  assert.equal(error.kind, 'frame_too_large');
});

test('a long stream', async () => {
  const chunk = concat(...Array.from({ length: 100 }, (_, i) => frame({ opcode: 2, payload: Uint8Array.of(i) })));
  let count = 0;
  for await (const { payload } of from(Array(100).fill(chunk)).pipeThrough(new FrameDecoderStream())) {
    assert.equal(toHex(payload), (count % 100).toString(16).padStart(2, '0'));
    count += 1;
  }
  assert.equal(count, 10_000);
});
