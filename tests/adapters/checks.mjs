// What every transport does, as functions that run on any runtime: they throw if it does not.

/** Bytes of which each tells where in the stream it belongs. */
const byteAt = (position) => (position * 31 + (position >>> 8) * 7 + (position >>> 16)) & 0xff;

export function bytesFrom(position, length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = byteAt(position + at);
  return bytes;
}

function expect(fact, message) {
  if (!fact) throw new Error(message);
}

/** The error of something that must fail. */
async function failure(promise, what) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`${what} did not fail, but gave ${JSON.stringify(value)}`);
}

const task = () => new Promise((resolve) => setTimeout(resolve));

/** Chunk lengths that look random: empty, tiny, around the sizes at which adapters cut, large. */
function* lengths(seed) {
  const edges = [0, 1, 2, 16_383, 16_384, 16_385, 65_536, 100_001];
  yield* edges;
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state % 5 === 0 ? (state >>> 8) % 40_000 : (state >>> 8) % 300;
  }
}

/** Writes a stream of `total` bytes in chunks of all lengths, and ends it unless told otherwise. */
async function send(writable, total, { seed = 1, end = true } = {}) {
  const writer = writable.getWriter();
  let position = 0;
  for (const length of lengths(seed)) {
    const bytes = bytesFrom(position, Math.min(length, total - position));
    await writer.ready;
    const written = writer.write(bytes);
    position += bytes.length;
    if (position === total) {
      await written;
      break;
    }
    written.catch(() => {});
  }
  if (end) await writer.close();
  writer.releaseLock();
}

/** Reads such a stream up to `total` bytes, and then up to its end unless told otherwise. */
async function receive(readable, total, { end = true } = {}) {
  const reader = readable.getReader();
  let position = 0;
  while (position < total) {
    const { done, value } = await reader.read();
    expect(!done, `the stream ended after ${position} of ${total} bytes`);
    expect(value instanceof Uint8Array, `a chunk is ${Object.prototype.toString.call(value)}`);
    for (let at = 0; at < value.length; at++) {
      expect(value[at] === byteAt(position + at), `byte ${position + at} is ${value[at]}`);
    }
    position += value.length;
  }
  expect(position === total, `${position} bytes came instead of ${total}`);
  if (end) {
    const { done, value } = await reader.read();
    expect(done, `${value?.length} bytes more came than were sent`);
  }
  reader.releaseLock();
}

const CHUNK = 64 << 10;
/** No transport here holds as much on the way: the kernel's buffers of a loopback connection are a few MiB. */
const MUCH = 48 << 20;

/** Writes until nothing moves any more. To see it move again later than that, on a slow machine, would be no fault. */
async function fill(writer) {
  let written = 0;
  let last;
  // In workerd the `ready` of a stream that is written to before it has started never waits.
  await task();
  while (written < MUCH) {
    last = writer.write(bytesFrom(written, CHUNK));
    last.catch(() => {});
    written += CHUNK;
    let timer;
    const stalled = new Promise((resolve) => {
      timer = setTimeout(resolve, 400, 'stalled');
    });
    const outcome = await Promise.race([writer.ready, stalled]);
    clearTimeout(timer);
    if (outcome === 'stalled') return { written, last };
  }
  throw new Error(`${written} bytes were taken, and nobody has read any`);
}

const TOTAL = 700_000;

/**
 * Checks of two ends in one program. Each takes `{ near, far, traits }`; `traits` tells what a platform does not have:
 * `halfClose`, `backpressure`, `abort` (of both directions at once), `reset` (an abort is an error at the other end), `buffers`
 * (what nobody reads is on its way), each true unless said otherwise.
 */
export const pairChecks = {
  async 'bytes go both ways, in order, however they are cut'({ near, far, traits }) {
    if (traits.halfClose === false) {
      await Promise.all([
        send(near.writable, TOTAL, { end: false }),
        send(far.writable, TOTAL, { seed: 2, end: false }),
        receive(near.readable, TOTAL, { end: false }),
        receive(far.readable, TOTAL, { end: false }),
      ]);
      await Promise.all([near.writable.close(), receive(far.readable, 0)]);
      return;
    }
    await Promise.all([
      send(near.writable, TOTAL),
      send(far.writable, TOTAL, { seed: 2 }),
      receive(near.readable, TOTAL),
      receive(far.readable, TOTAL),
    ]);
  },

  async 'chunks are alone in their memory'({ near, far, traits }) {
    if (traits.ownMemory === false) return;
    await send(far.writable, 1000, { end: false });
    const { value } = await near.readable.getReader().read();
    expect(Object.getPrototypeOf(value) === Uint8Array.prototype, 'a chunk is no plain Uint8Array');
    expect(value.byteLength === value.buffer.byteLength, `a chunk is a slice of ${value.buffer.byteLength} bytes`);
  },

  async 'a reader that does not read stops the writer'({ near, far, traits }) {
    if (traits.backpressure === false) return;
    const writer = near.writable.getWriter();
    const { written } = await fill(writer);
    const closed = traits.halfClose === false ? undefined : writer.close();
    await receive(far.readable, written, { end: closed !== undefined });
    await closed;
  },

  async 'one direction ends and the other goes on'({ near, far, traits }) {
    if (traits.halfClose === false) return;
    await Promise.all([send(near.writable, 1000), receive(far.readable, 1000)]);
    // The end has been seen: what follows goes over a connection that is half closed.
    await task();
    await Promise.all([send(far.writable, TOTAL), receive(near.readable, TOTAL)]);
  },

  async 'an abort ends both directions at both ends'({ near, far, traits }) {
    if (traits.abort === false) return;
    const nearRead = near.readable.getReader().read();
    const farReader = far.readable.getReader();
    const farRead = farReader.read();
    nearRead.catch(() => {});
    farRead.catch(() => {});
    await near.writable.abort(new Error('enough'));
    const seen = await failure(nearRead, 'to read at the end that aborted');
    expect(traits.ownErrors === false || seen.message === 'enough', `the reason became ${seen}`);
    if (traits.reset === false) await farRead.catch(() => {});
    else await failure(farRead, 'to read at the other end');
    const writer = far.writable.getWriter();
    // The first writes may be on their way before the news is.
    await failure(
      (async () => {
        for (let count = 0; count < 2000; count++) {
          await writer.write(new Uint8Array(CHUNK));
          await task();
        }
      })(),
      'to write at the other end',
    );
  },

  async 'a writer that waits is told of the loss'({ near, far, traits }) {
    if (traits.backpressure === false || traits.abort === false) return;
    const writer = near.writable.getWriter();
    const { last } = await fill(writer);
    await far.writable.abort(new Error('enough'));
    // It may get through in the last moment; to wait for ever is what it must not.
    await last.catch(() => {});
    await failure(writer.closed, 'the writer');
  },

  async 'what comes before anybody reads is kept'({ near, far, traits }) {
    const end = traits.halfClose !== false;
    const sent = send(far.writable, 50_000, { end });
    if (traits.buffers !== false) await sent;
    for (let count = 0; count < 5; count++) await task();
    await Promise.all([sent, receive(near.readable, 50_000, { end })]);
  },

  async 'what was written before the end arrives'({ near, far }) {
    // Large enough to wait on its way when the end is told.
    await Promise.all([send(near.writable, 3_000_000), receive(far.readable, 3_000_000)]);
  },
};

/** Checks of one end whose peer sends everything back and ends when we do, in another program perhaps. */
export const echoChecks = {
  async 'an echo of bytes however they are cut, up to the end'({ near, traits }) {
    const end = traits.halfClose !== false;
    await Promise.all([send(near.writable, TOTAL, { end }), receive(near.readable, TOTAL, { end })]);
    if (!end) await Promise.all([near.writable.close(), receive(near.readable, 0)]);
  },

  async 'an echo that nobody reads stops the writer'({ near, traits }) {
    if (traits.backpressure === false) return;
    const writer = near.writable.getWriter();
    const { written } = await fill(writer);
    await Promise.all([writer.close(), receive(near.readable, written)]);
  },
};

/** Sends everything back. */
export const echo = (transport) => transport.readable.pipeTo(transport.writable);

/** Runs checks where there is no test runner; a list of `[name, error or undefined]`. */
export async function outcomes(checks, open, traits = {}) {
  const list = [];
  for (const [name, check] of Object.entries(checks)) {
    const ends = await open();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('nothing happened for 20 s')), 20_000);
    });
    try {
      await Promise.race([check({ ...ends, traits }), late]);
      list.push([name, undefined]);
    } catch (error) {
      // In Firefox the stack has no message.
      list.push([name, `${error}\n${error?.stack}`]);
    }
    clearTimeout(timer);
    await ends.release?.();
  }
  return list;
}
