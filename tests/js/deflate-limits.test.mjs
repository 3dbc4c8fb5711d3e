// Limits on what is inflated, memory, faults inside compressed messages, and what is worth compressing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection, recycle } from 'sansocket';
import { bothWays, compressedRun, deflated, wordy } from './support/deflate.mjs';
import { memoryBytes } from './support/instance.mjs';
import { eventsOf, outputOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import { concat, frame, frameFor, frames, utf8 } from './support/wire.mjs';

const KiB = 1024;
const MiB = 1024 * KiB;

/** A compressed frame as a client gets it. */
const compressedFrame = (bytes, { opcode = 2, ...options } = {}) =>
  frame({ opcode, rsv: 4, payload: deflated(bytes, options) });

const client = (options) => new Connection({ role: 'client', perMessageDeflate: true, ...options });

const random = new Seeded(7);
const contents = {
  zeros: (length) => new Uint8Array(length),
  text: (length) => utf8('x'.repeat(length)),
  'what does not compress': (length) => random.bytes(length),
};

for (const [name, make] of Object.entries(contents)) {
  test(`maxMessageSize counts inflated bytes: ${name}`, () => {
    for (const limit of [1, 10, 1000, 16 * KiB, 64 * KiB, 100_000]) {
      for (const [length, fits] of [
        [limit - 1, true],
        [limit, true],
        [limit + 1, false],
      ]) {
        for (const level of [0, 1, 6]) {
          const input = compressedFrame(make(length), { level });
          const way = random.below(2) ? [] : [1, 4, 10].filter((at) => at < input.length);
          const connection = client({ maxMessageSize: limit });
          for (const chunk of cut(input, way)) connection.receiveData(chunk);
          const [{ type, data, error }] = connection.events();
          const context = `${length} bytes at level ${level}, the limit ${limit}`;
          if (fits) assert.deepEqual([type, data?.length], ['binary', length], context);
          else assert.deepEqual([type, error?.kind, error?.closeCode], ['error', 'message_too_large', 1009], context);
          connection.free();
        }
      }
    }
  });
}

test('maxMessageSize counts over fragments, each of which fits', () => {
  const connection = client({ maxMessageSize: 1000 });
  const sender = new Connection({ role: 'server', perMessageDeflate: true });
  sender.sendBinary(new Uint8Array(600), { fin: false });
  sender.sendContinuation(new Uint8Array(400), { fin: true });
  sender.sendBinary(new Uint8Array(600), { fin: false });
  sender.sendContinuation(new Uint8Array(401), { fin: true });
  connection.receiveData(outputOf(sender));
  const [message, error] = eventsOf(connection);
  assert.deepEqual([message.data.length, error.kind, error.frameIndex], [1000, 'message_too_large', 3]);
});

test('a message of one-byte fragments that does not compress fits its limit', () => {
  const connection = client({ maxMessageSize: 4000 });
  const sender = new Connection({ role: 'server', perMessageDeflate: { level: 0, memLevel: 1 } });
  sender.sendBinary(random.bytes(1), { fin: false });
  for (let i = 1; i < 4000; i += 1) sender.sendContinuation(random.bytes(1), { fin: i === 3999 });
  connection.receiveData(outputOf(sender));
  assert.deepEqual(
    eventsOf(connection).map(({ type, data }) => [type, data?.length]),
    [['binary', 4000]],
  );
});

test('the limit on what is compressed holds from the header on', () => {
  const connection = client({ maxMessageSize: 1000 });
  connection.receiveData(frame({ opcode: 2, rsv: 4, payload: new Uint8Array(70_000) }).subarray(0, 10));
  const [{ kind, offset }] = eventsOf(connection);
  assert.deepEqual([kind, offset], ['message_too_large', 9]);
});

test('maxInflateRatio', () => {
  const zeros = compressedFrame(new Uint8Array(100_000), { level: 9 });
  const text = compressedFrame(utf8(wordy(random, 100_000)), { level: 9 });
  const outcome = (input, maxInflateRatio) => {
    const connection = client({ perMessageDeflate: { maxInflateRatio } });
    connection.receiveData(input);
    const [{ type, error }] = connection.events();
    connection.free();
    return error ? [error.kind, error.closeCode] : type;
  };
  for (const ratio of [undefined, Infinity, 1100]) assert.equal(outcome(zeros, ratio), 'binary', ratio);
  for (const ratio of [1, 20, 100]) assert.deepEqual(outcome(zeros, ratio), ['message_too_large', 1009], ratio);
  assert.equal(outcome(text, 20), 'binary');
  // Small messages pass whatever their ratio is.
  assert.equal(outcome(compressedFrame(new Uint8Array(16 * KiB - 1)), 1), 'binary');
});

test('maxInflateRatio fails at the same byte however the message is cut', () => {
  const input = compressedFrame(concat(utf8(wordy(random, 3000)), new Uint8Array(100_000)), { level: 9 });
  let first;
  for (const places of waysToCut(input.length)) {
    const connection = client({ perMessageDeflate: { maxInflateRatio: 30 } });
    for (const chunk of cut(input, places)) connection.receiveData(chunk);
    const events = eventsOf(connection);
    first ??= events;
    assert.equal(events[0].kind, 'message_too_large');
    assert.deepEqual(events, first, describeCut(places));
    connection.free();
  }
});

test('a compressed message larger than memory streams through', () => {
  recycle();
  // A gigabyte, in two frames.
  const payload = compressedRun(0, 1024 * MiB, 9);
  const input = concat(
    frame({ opcode: 2, rsv: 4, fin: false, payload: payload.subarray(0, 500_000) }),
    frame({ opcode: 0, payload: payload.subarray(500_000) }),
  );
  const connection = client({ deliver: 'payload', maxMessageSize: Infinity });
  const before = memoryBytes();
  let bytes = 0;
  const flags = [];
  for (let at = 0; at < input.length; at += 4096) {
    connection.receiveData(input.subarray(at, at + 4096));
    for (const { type, kind, data, first, last, compressed } of connection.events()) {
      assert.deepEqual([type, kind, compressed], ['payload', 'binary', false]);
      bytes += data.length;
      if (first || last) flags.push([bytes === data.length, first, last, bytes === 1024 * MiB]);
      assert.ok(data.length <= 65 * KiB);
    }
    assert.ok(connection.bytesHeld <= 48 * KiB);
  }
  assert.equal(bytes, 1024 * MiB);
  assert.deepEqual(
    [flags[0], flags.at(-1)],
    [
      [true, true, false, false],
      [false, false, true, true],
    ],
  );
  const grown = memoryBytes() - before;
  assert.ok(grown <= 12 * MiB, `${grown / MiB} MiB more`);
});

test('a chunk full of bombs takes memory for a few of them', () => {
  recycle();
  const bomb = compressedFrame(new Uint8Array(MiB - 1), { level: 9 });
  const chunk = concat(...Array.from({ length: 200 }, () => bomb));
  const connection = client();
  const before = memoryBytes();
  connection.receiveData(chunk);
  assert.equal([...connection.events()].length, 200);
  const grown = memoryBytes() - before;
  assert.ok(grown <= 40 * MiB, `${grown / MiB} MiB for a chunk of ${chunk.length / KiB} KiB`);
});

test('invalid UTF-8 in a compressed text fails at the same byte however it is cut', () => {
  const bad = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf]];
  for (const [i, bytes] of bad.entries()) {
    for (const [before, after] of [
      [0, 0],
      [5, 5],
      [300, 300],
      [20_000, 100],
    ]) {
      const text = concat(utf8('é'.repeat(before)), Uint8Array.from(bytes), utf8('z'.repeat(after)));
      const inner = deflated(text, { level: [1, 6, 9][i % 3] });
      const half = inner.length >> 1;
      const input = concat(
        frame({ opcode: 1, payload: 'plain' }),
        frame({ opcode: 1, rsv: 4, fin: false, payload: inner.subarray(0, half) }),
        frame({ opcode: 9, payload: 'p' }),
        frame({ opcode: 0, payload: inner.subarray(half) }),
      );
      let first;
      for (const places of waysToCut(input.length, 32, i + 1)) {
        const connection = client();
        for (const chunk of cut(input, places)) connection.receiveData(chunk);
        const events = eventsOf(connection);
        first ??= events;
        assert.deepEqual(events, first, `${bytes}, ${before} before it, ${describeCut(places)}`);
        connection.free();
      }
      const error = first.at(-1);
      assert.deepEqual([error.kind, error.closeCode], ['invalid_utf8', 1007]);
    }
  }
});

test('text cut by fragments and flushes inside a code point', () => {
  const text = '日本🌍é'.repeat(50);
  const bytes = utf8(text);
  const sender = new Connection({ role: 'server', perMessageDeflate: true });
  const receiver = client();
  sender.sendText('', { fin: false });
  for (let at = 0; at < bytes.length; at += 1) {
    sender.sendContinuation(bytes.subarray(at, at + 1), { fin: at === bytes.length - 1 });
  }
  receiver.receiveData(outputOf(sender));
  assert.deepEqual(eventsOf(receiver), [{ type: 'text', data: text }]);
});

test('faults in the compressed data are the same however it is cut', () => {
  const seeds = 300;
  const kinds = new Set();
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = new Seeded(seed);
    const payload = deflated(utf8(wordy(random, 1 + random.below(600))), {
      level: random.below(10),
      strategy: random.below(5),
    });
    for (let i = random.below(3); i >= 0; i -= 1) payload[random.below(payload.length)] ^= 1 << random.below(8);
    const input = concat(frame({ opcode: 2, rsv: 4, payload }), frame({ opcode: 2, payload: 'after' }));
    let first;
    for (const places of waysToCut(input.length, 8, seed)) {
      const connection = client({ maxMessageSize: 500 });
      for (const chunk of cut(input, places)) connection.receiveData(chunk);
      const events = eventsOf(connection);
      first ??= events;
      assert.deepEqual(events, first, `seed ${seed}, ${describeCut(places)}`);
      connection.free();
    }
    kinds.add(first.at(-1).kind ?? first.at(-1).type);
  }
  assert.deepEqual([...kinds].sort(), ['binary', 'deflate_invalid', 'deflate_truncated', 'message_too_large']);
});

/** Whether each message was compressed. */
const compressed = (connection) => frames(outputOf(connection)).map(({ rsv }) => rsv === 4);

test('messages below the threshold are sent as they are', () => {
  const server = (perMessageDeflate) => new Connection({ role: 'server', perMessageDeflate });
  const sends = (connection, ...sizes) => {
    for (const size of sizes) connection.sendBinary(new Uint8Array(size));
    return compressed(connection);
  };
  assert.deepEqual(sends(server(true), 0, 1, 1000), [true, true, true]);
  assert.deepEqual(sends(server({ threshold: 10 }), 0, 9, 10, 11), [false, false, true, true]);
  assert.deepEqual(sends(server({ serverNoContextTakeover: true }), 1023, 1024), [false, true]);
  assert.deepEqual(sends(server({ clientNoContextTakeover: true }), 1, 1023), [true, true]);
  assert.deepEqual(sends(server({ serverNoContextTakeover: true, threshold: 0 }), 0, 1), [true, true]);
  const fragmented = server({ threshold: 10 });
  fragmented.sendBinary(new Uint8Array(9), { fin: false });
  fragmented.sendContinuation(new Uint8Array(1000));
  fragmented.sendBinary(new Uint8Array(10), { fin: false });
  fragmented.sendContinuation(new Uint8Array(1));
  assert.deepEqual(compressed(fragmented), [false, false, true, false]);
});

test('compress: false', () => {
  const connection = new Connection({ role: 'server', perMessageDeflate: true });
  connection.sendText('a', { compress: false });
  connection.sendText('a', { compress: true });
  connection.sendBinary(new Uint8Array(5), { compress: false, fin: false });
  connection.sendContinuation(new Uint8Array(5));
  assert.deepEqual(compressed(connection), [false, true, false, false]);
  // Without the extension it says nothing.
  const plain = new Connection({ role: 'server' });
  plain.sendText('a', { compress: true });
  assert.deepEqual(compressed(plain), [false]);
});

test('a compressor is made at the first message, and given back after the Close', () => {
  const connection = new Connection({ role: 'server', perMessageDeflate: true });
  const idle = connection.bytesHeld;
  assert.ok(idle < KiB, `${idle} bytes`);
  connection.sendText('hello');
  connection.dataToSend();
  assert.ok(connection.bytesHeld > 300 * KiB, `${connection.bytesHeld} bytes`);
  connection.sendClose(1000);
  connection.dataToSend();
  assert.ok(connection.bytesHeld < KiB, `${connection.bytesHeld} bytes after the Close`);
});

test('an inflater holds no more than its window, and nothing after the end', () => {
  for (const windowBits of [8, 12, 15]) {
    const options = bothWays({ windowBits });
    const sender = new Connection({ role: 'server', perMessageDeflate: options });
    const receiver = client({ perMessageDeflate: options });
    for (let i = 0; i < 10; i += 1) sender.sendBinary(random.bytes(10_000));
    receiver.receiveData(outputOf(sender));
    assert.equal([...receiver.events()].length, 10);
    assert.ok(receiver.bytesHeld <= (1 << windowBits) + KiB, `${receiver.bytesHeld} bytes at ${windowBits} bits`);
    receiver.receiveData(frameFor('client', 8, ''));
    assert.ok(receiver.bytesHeld < KiB, `${receiver.bytesHeld} bytes after the Close`);
  }
});

test('without takeover nothing is held between messages', () => {
  const options = bothWays({ noContextTakeover: true, threshold: 0 });
  const sender = new Connection({ role: 'server', perMessageDeflate: options });
  const receiver = client({ perMessageDeflate: options });
  sender.sendText('x'.repeat(10_000));
  receiver.receiveData(outputOf(sender));
  assert.equal([...receiver.events()].length, 1);
  for (const [name, { bytesHeld }] of Object.entries({ sender, receiver })) {
    assert.ok(bytesHeld < KiB, `${name}: ${bytesHeld} bytes`);
  }
});

test('connections without takeover share a compressor; those with it give theirs back', () => {
  recycle();
  const cycle = (noContextTakeover) => {
    const options = bothWays({ noContextTakeover, threshold: 0 });
    const connections = Array.from(
      { length: 20 },
      () => new Connection({ role: 'server', perMessageDeflate: options }),
    );
    for (const connection of connections) {
      connection.sendText('first');
      connection.sendText('second', { fin: false });
      connection.sendContinuation('last');
      connection.dataToSend();
    }
    return connections;
  };
  new Connection({ role: 'client' }).free();
  const before = memoryBytes();
  for (const connection of cycle(true)) connection.free();
  const shared = memoryBytes() - before;
  assert.ok(shared < MiB, `${shared / KiB} KiB for one compressor`);
  const owners = cycle(false);
  const owned = memoryBytes() - before;
  assert.ok(owned > 20 * 300 * KiB, `${owned / KiB} KiB for twenty`);
  for (const connection of owners) connection.free();
  for (let i = 0; i < 10; i += 1) for (const connection of cycle(i % 2 === 0)) connection.free();
  assert.ok(memoryBytes() - before <= owned + 512 * KiB, 'what is freed is used again');
});
