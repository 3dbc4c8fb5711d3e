// Frames without a connection: decoding, encoding, and the way back without a bit changed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFrames, encodeFrame, FrameDecoder, FrameEncoder, Opcode, ProtocolError } from 'sansocket';
import { errorOf } from './support/observe.mjs';
import { Seeded } from './support/random.mjs';
import { cut, describeCut, waysToCut } from './support/splits.mjs';
import { refused, strangers, throwsFor } from './support/usage.mjs';
import { partsOf, rfc6455 } from './support/vectors.mjs';
import { concat, frame, frameFor, frames, hex, KEY, toHex, utf8 } from './support/wire.mjs';

/** What the decoder gives for the chunks, and the error that came of them or of the end. */
function decode(chunks, options) {
  const decoder = new FrameDecoder(options);
  const found = [];
  try {
    for (const chunk of chunks) found.push(...decoder.decode(chunk));
    decoder.end();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    assert.equal(decoder.error, error);
  }
  const error = decoder.error && errorOf(decoder.error);
  decoder.free();
  return { found, error };
}

for (const example of rfc6455.frames) {
  test(`RFC 6455 §${example.section}: ${example.name}`, () => {
    const bytes = partsOf(example.gen);
    for (const places of waysToCut(bytes.length)) {
      const { found, error } = decode(cut(bytes, places));
      assert.equal(error, undefined);
      assert.equal(found.length, example.frames.length);
      for (const [i, expected] of example.frames.entries()) {
        assert.deepEqual(
          found[i],
          {
            ...expected,
            rsv1: false,
            rsv2: false,
            rsv3: false,
            masked: expected.maskingKey !== null,
            maskingKey: expected.maskingKey === null ? undefined : hex(expected.maskingKey),
            payload: partsOf(expected.payload),
            index: i,
          },
          describeCut(places),
        );
      }
      assert.deepEqual(concat(...found.map(encodeFrame)), bytes);
    }
  });
}

test('every first byte, both ways of masking and every form of the length come back as they were', () => {
  for (let first = 0; first < 256; first += 1) {
    for (const key of [undefined, KEY]) {
      for (const form of [7, 16, 64]) {
        const wire = { fin: first >= 128, rsv: (first >> 4) & 7, opcode: first & 15, key, form, payload: 'abc' };
        const bytes = frame(wire);
        const [decoded, ...more] = decodeFrames(bytes);
        assert.deepEqual(more, []);
        assert.deepEqual(decoded, {
          fin: first >= 128,
          rsv1: (first & 64) !== 0,
          rsv2: (first & 32) !== 0,
          rsv3: (first & 16) !== 0,
          opcode: first & 15,
          masked: key !== undefined,
          maskingKey: key,
          payload: utf8('abc'),
          payloadLength: 3,
          offset: 0,
          headerLength: bytes.length - 3,
          index: 0,
        });
        assert.deepEqual(encodeFrame(decoded), bytes);
      }
    }
  }
});

test('random streams: any split gives the same frames, and they encode to the same bytes', () => {
  const random = new Seeded(42);
  for (let round = 0; round < 40; round += 1) {
    const bytes = concat(
      ...Array.from({ length: random.below(12) }, () =>
        frame({
          opcode: random.below(16),
          fin: random.chance(70),
          rsv: random.below(8),
          key: random.chance(50) ? random.bytes(4) : undefined,
          payload: random.bytes(random.chance(10) ? random.below(70_000) : random.below(300)),
          form: random.chance(20) ? 64 : undefined,
        }),
      ),
    );
    const whole = decode([bytes]);
    assert.equal(whole.error, undefined);
    assert.deepEqual(concat(...whole.found.map(encodeFrame)), bytes);
    for (const places of waysToCut(bytes.length, 4, round).slice(bytes.length > 5000 ? 2 : 1)) {
      assert.deepEqual(decode(cut(bytes, places)), whole, describeCut(places));
    }
  }
});

test('offsets and indices count over all chunks', () => {
  const decoder = new FrameDecoder();
  const sizes = [0, 1, 125, 126, 65_536];
  let offset = 0;
  for (let round = 0; round < 3; round += 1) {
    for (const [i, size] of sizes.entries()) {
      const bytes = frame({ opcode: 2, payload: new Uint8Array(size) });
      const [found] = decoder.decode(bytes);
      assert.deepEqual([found.offset, found.index], [offset, round * sizes.length + i]);
      offset += bytes.length;
    }
  }
});

test('the payload is a copy of its own', () => {
  const bytes = frame({ opcode: 2, payload: 'kept', key: KEY });
  const copy = bytes.slice();
  const [found] = decodeFrames(bytes);
  assert.deepEqual(bytes, copy, 'what was passed in is left alone');
  bytes.fill(0);
  for (let i = 0; i < 10; i += 1) [...decodeFrames(frame({ opcode: 2, payload: 'over' }))];
  assert.deepEqual(found.payload, utf8('kept'));
  assert.equal(found.payload.buffer.byteLength, 4);
});

test('the frames before a fault are given, then the error is thrown, now and later', () => {
  const good = concat(frame({ opcode: 1, payload: 'a' }), frame({ opcode: 1, payload: 'b' }));
  const bytes = concat(good, hex('82 7f 80 00 00 00 00 00 00 00'), good);
  for (const places of waysToCut(bytes.length)) {
    const { found, error } = decode(cut(bytes, places));
    assert.deepEqual(
      found.map(({ payload }) => toHex(payload)),
      ['61', '62'],
    );
    assert.deepEqual(error, {
      kind: 'length_msb',
      code: 'WS_ERR_LENGTH_MSB',
      closeCode: 1002,
      section: '5.2',
      offset: 15,
      frameIndex: 2,
    });
  }
  const decoder = new FrameDecoder();
  assert.equal(decoder.decode(bytes).length, 2, 'the call that finds the fault does not throw');
  assert.throws(() => decoder.decode(good), ProtocolError);
  assert.throws(() => decoder.decode(new Uint8Array()), ProtocolError);
  assert.throws(() => decoder.end(), ProtocolError);
  assert.equal(decoder.error.kind, 'length_msb');

  const seen = [];
  assert.throws(() => {
    for (const { payload } of decodeFrames(bytes)) seen.push(toHex(payload));
  }, ProtocolError);
  assert.deepEqual(seen, ['61', '62']);
});

test('maxFrameSize: 1 MiB by default, inclusive, decided by the header', () => {
  const declares = (value) => {
    const bytes = new Uint8Array(10);
    bytes.set([0x82, 127]);
    new DataView(bytes.buffer).setBigUint64(2, BigInt(value));
    return bytes;
  };
  const kind = (value, options) => decode([declares(value)], options).error.kind;
  assert.equal(kind(1 << 20), 'unexpected_eof');
  assert.equal(kind((1 << 20) + 1), 'frame_too_large');
  assert.equal(kind(100, { maxFrameSize: 99 }), 'frame_too_large');
  assert.equal(kind(100, { maxFrameSize: 100 }), 'unexpected_eof');
  assert.equal(kind(2 ** 32 + 5, { maxFrameSize: 2 ** 32 + 4 }), 'frame_too_large');
  assert.equal(kind(2 ** 32 + 5, { maxFrameSize: 2 ** 32 + 5 }), 'unexpected_eof');
  assert.equal(kind(2 ** 53 - 1, { maxFrameSize: Infinity }), 'unexpected_eof');
  assert.equal(kind(2n ** 53n, { maxFrameSize: Infinity }), 'frame_too_large');
  assert.equal(decode([declares(2n ** 63n)], { maxFrameSize: Infinity }).error.kind, 'length_msb');
  for (const value of [-1, 1.5, Number.NaN, 2 ** 53]) {
    throwsFor(() => new FrameDecoder({ maxFrameSize: value }), RangeError, 'options.maxFrameSize');
  }
  for (const value of [null, '5', true])
    throwsFor(() => new FrameDecoder({ maxFrameSize: value }), TypeError, 'options.maxFrameSize');
  for (const value of [null, 5, 'x']) throwsFor(() => new FrameDecoder(value), TypeError, 'options');
});

test('the end inside a frame is an error, at the end of what was received', () => {
  const bytes = frame({ opcode: 1, payload: 'abc', key: KEY });
  for (let length = 1; length < bytes.length; length += 1) {
    const { found, error } = decode([bytes.subarray(0, length)]);
    assert.deepEqual(found, []);
    assert.deepEqual([error.kind, error.offset, error.frameIndex], ['unexpected_eof', length, 0]);
  }
  assert.throws(() => [...decodeFrames(bytes.subarray(0, 5))], {
    message: 'the input ended inside a frame (frame 0, byte 5, RFC 6455 §5.2)',
  });
  assert.equal(decode([bytes]).error, undefined);
  assert.equal(decode([]).error, undefined);
});

test('large frames, in one piece and in slices', () => {
  const payload = new Seeded(8).bytes(8 << 20);
  const bytes = frameFor('server', 2, payload);
  for (const size of [Infinity, 262_144, 100_001]) {
    const decoder = new FrameDecoder({ maxFrameSize: Infinity });
    const found = [];
    for (let at = 0; at < bytes.length; at += size) found.push(...decoder.decode(bytes.subarray(at, at + size)));
    assert.equal(Buffer.compare(found[0].payload, payload), 0);
    assert.equal(Buffer.compare(encodeFrame(found[0]), bytes), 0);
    decoder.free();
  }
});

test('decode takes bytes and nothing else', () => {
  const decoder = new FrameDecoder();
  for (const value of [...strangers, undefined, 'text']) {
    throwsFor(() => decoder.decode(value), TypeError, 'bytes');
    throwsFor(() => [...decodeFrames(value)], TypeError, 'bytes');
  }
  assert.deepEqual(decoder.decode(new Uint8Array()), []);
  decoder.free();
  refused(() => decoder.decode(new Uint8Array()), 'use_after_free');
  refused(() => decoder.end(), 'use_after_free');
  decoder.free();
});

test('decodeFrames that is not read to its end leaves nothing behind', async () => {
  const bytes = concat(...Array(10).fill(frame({ opcode: 1, payload: 'x' })));
  for (let i = 0; i < 10; i += 1) for (const _ of decodeFrames(bytes)) break;
});

test('encodeFrame: the defaults are a whole, unmasked frame of the shortest form', () => {
  assert.deepEqual(encodeFrame({ opcode: Opcode.Ping }), hex('89 00'));
  assert.deepEqual(encodeFrame({ opcode: Opcode.Text, payload: 'Hello' }), hex('81 05 48656c6c6f'));
  assert.deepEqual(encodeFrame({ opcode: 1, payload: 'Hello', maskingKey: KEY }), hex('81 85 37fa213d 7f9f4d5158'));
  assert.deepEqual(
    encodeFrame({ opcode: 1, payload: 'Hello', maskingKey: KEY, masked: false }),
    hex('81 05 48656c6c6f'),
  );
  assert.deepEqual(encodeFrame({ opcode: 1, payload: '\ud800' }), hex('81 03 efbfbd'));
  for (const length of [0, 125, 126, 65_535, 65_536]) {
    const payload = new Uint8Array(length);
    assert.deepEqual(encodeFrame({ opcode: 2, payload }), frame({ opcode: 2, payload }));
  }
});

test('encodeFrame masks with a fresh key where none is given', () => {
  const keys = Array.from({ length: 50 }, () => frames(encodeFrame({ opcode: 2, payload: 'x', masked: true }))[0]);
  assert.ok(keys.every(({ payload }) => toHex(payload) === '78'));
  assert.ok(new Set(keys.map(({ key }) => toHex(key))).size >= 49);
});

test('headerLength writes the length in a longer form, never in a shorter one', () => {
  const sizes = (length, masked) =>
    Array.from({ length: 20 }, (_, headerLength) => headerLength).filter((headerLength) => {
      try {
        const bytes = encodeFrame({ opcode: 2, payload: new Uint8Array(length), masked, headerLength });
        assert.equal(bytes.length, headerLength + length);
        return true;
      } catch (error) {
        assert.deepEqual([error.name, error.code], ['RangeError', 'invalid_argument']);
        return false;
      }
    });
  assert.deepEqual(sizes(0, false), [2, 4, 10]);
  assert.deepEqual(sizes(125, true), [6, 8, 14]);
  assert.deepEqual(sizes(126, false), [4, 10]);
  assert.deepEqual(sizes(65_536, true), [14]);
});

test('encodeFrame names what is wrong', () => {
  for (const value of [undefined, null, 5, 'frame']) {
    const name = value === undefined ? 'frame.opcode' : 'frame';
    throwsFor(() => encodeFrame(value), TypeError, name);
  }
  for (const opcode of [-1, 16, 1.5, Number.NaN]) throwsFor(() => encodeFrame({ opcode }), RangeError, 'frame.opcode');
  for (const opcode of [undefined, null, '1', 1n]) throwsFor(() => encodeFrame({ opcode }), TypeError, 'frame.opcode');
  for (const payload of strangers) throwsFor(() => encodeFrame({ opcode: 1, payload }), TypeError, 'frame.payload');
  for (const name of ['fin', 'rsv1', 'rsv2', 'rsv3', 'masked']) {
    for (const value of [null, 0, 1, 'true'])
      throwsFor(() => encodeFrame({ opcode: 1, [name]: value }), TypeError, `frame.${name}`);
  }
  for (const length of [0, 3, 5]) {
    const maskingKey = new Uint8Array(length);
    throwsFor(() => encodeFrame({ opcode: 1, maskingKey }), RangeError, 'frame.maskingKey');
  }
  for (const maskingKey of strangers)
    throwsFor(() => encodeFrame({ opcode: 1, maskingKey }), TypeError, 'frame.maskingKey');
  for (const headerLength of [null, '2', {}]) {
    throwsFor(() => encodeFrame({ opcode: 1, headerLength }), TypeError, 'frame.headerLength');
  }
  assert.deepEqual(encodeFrame({ opcode: 9 }), hex('89 00'));
});

test('FrameEncoder masks as its role asks for, unless the frame says otherwise', () => {
  const [client, server] = ['client', 'server'].map((role) => new FrameEncoder({ role }));
  const masked = (bytes) => frames(bytes)[0].key !== undefined;
  assert.equal(masked(client.encode({ opcode: 1, payload: 'x' })), true);
  assert.equal(masked(server.encode({ opcode: 1, payload: 'x' })), false);
  assert.equal(masked(client.encode({ opcode: 1, masked: false })), false);
  assert.equal(masked(server.encode({ opcode: 1, masked: true })), true);
  assert.deepEqual(server.encode({ opcode: 1, maskingKey: KEY }), hex('81 80 37fa213d'));
  const [decoded] = decodeFrames(client.encode({ opcode: 2, payload: 'lossless', rsv2: true, fin: false }));
  assert.deepEqual(server.encode(decoded), client.encode(decoded));
  for (const role of [undefined, null, 'both', 1])
    throwsFor(() => new FrameEncoder({ role }), TypeError, 'options.role');
  throwsFor(() => new FrameEncoder(), TypeError, 'options.role');
  throwsFor(() => client.encode(), TypeError, 'frame.opcode');
  throwsFor(() => client.encode(null), TypeError, 'frame');
});
