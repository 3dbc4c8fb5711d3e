// Compressed data that is not made by what is tested: by Node's zlib, or bit by bit as RFC 1951 says.

import { constants, createDeflateRaw, createInflateRaw, deflateRawSync } from 'node:zlib';
import { concat } from './wire.mjs';

/** How a sync flush ends, and what a message is sent without (RFC 7692 §7.2.1). */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);

/** Compresses all at once, as the payload of a message without history. */
export function deflated(bytes, options = {}) {
  const whole = deflateRawSync(bytes, { ...options, finishFlush: constants.Z_SYNC_FLUSH });
  return new Uint8Array(whole.subarray(0, -TAIL.length));
}

/** The most that is compressed at once: a gigabyte fits no memory of a test. */
const PIECE = 1 << 26;

/** `count` times `byte`, compressed. Each piece is flushed and refers to nothing before it, so it can be repeated. */
export function compressedRun(byte, count, level) {
  const piece = new Uint8Array(Math.min(count, PIECE)).fill(byte);
  const compressed = deflated(piece, { level });
  const pieces = Math.floor(count / piece.length);
  if (pieces * piece.length !== count) throw new Error(`${count} is no multiple of ${piece.length}`);
  const parts = Array.from({ length: pieces - 1 }, () => [compressed, TAIL]).flat();
  return concat(...parts, compressed);
}

/**
 * Blocks that have nothing but an end, each with the longest description of its codes that makes a table complete: 226
 * literals of 8 bits and 60 of 9, two distances of 4 bits and 28 of 5 (RFC 1951 §3.2.7).
 */
export function dynamicHeaders(blocks) {
  if (blocks % 8 !== 0) throw new Error('blocks end at a byte in groups of eight');
  /** Runs of equal code lengths: which, and how many. */
  const runs = [
    [8, 226],
    [9, 60],
    [4, 1],
    [4, 1],
    [5, 28],
  ];
  // The code of these: one bit for a repetition (16), three for each of the others.
  const coded = { 16: [0b0, 1], 4: [0b100, 3], 5: [0b101, 3], 8: [0b110, 3], 9: [0b111, 3] };
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
  const bits = [];
  const number = (value, width) => {
    for (let i = 0; i < width; i += 1) bits.push((value >> i) & 1);
  };
  const code = (value, width) => {
    for (let i = width - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
  };
  for (let block = 0; block < 8; block += 1) {
    number(0, 1);
    number(2, 2);
    number(286 - 257, 5);
    number(30 - 1, 5);
    number(order.length - 4, 4);
    for (const symbol of order) number(coded[symbol]?.[1] ?? 0, 3);
    for (const [length, times] of runs) {
      code(...coded[length]);
      for (let rest = times - 1; rest > 0; rest -= 6) {
        code(...coded[16]);
        number(Math.min(rest, 6) - 3, 2);
      }
    }
    // The end of the block is symbol 256, the 31st of those of nine bits.
    code((226 << 1) + 30, 9);
  }
  const eight = Uint8Array.from({ length: bits.length / 8 }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, j) => byte | (bit << j), 0),
  );
  // The last byte begins the empty stored block whose rest is the tail.
  return concat(...Array.from({ length: blocks / 8 }, () => eight), Uint8Array.of(0));
}

/** A stream of Node's zlib, of which each answer is awaited. */
class Stream {
  #stream;
  #chunks = [];
  #fail = () => {};

  constructor(stream) {
    this.#stream = stream;
    stream.on('data', (chunk) => this.#chunks.push(chunk));
    stream.on('error', (error) => this.#fail(error));
  }

  run(data, flush = constants.Z_SYNC_FLUSH) {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      if (data.length > 0) this.#stream.write(data);
      this.#stream.flush(flush, () => resolve(concat(...this.#chunks.splice(0))));
    });
  }

  close() {
    this.#stream.close();
  }
}

/** Inflates the messages of one direction of a connection with Node's zlib. */
export class ZlibInflater {
  #make;
  #forgets;
  #stream;

  constructor({ windowBits = 15, noContextTakeover = false } = {}) {
    this.#make = () => new Stream(createInflateRaw({ windowBits }));
    this.#forgets = noContextTakeover;
    this.#stream = this.#make();
  }

  /** What the payload of a whole message inflates to. */
  async inflate(payload) {
    const message = await this.#stream.run(concat(payload, TAIL));
    if (this.#forgets) {
      this.#stream.close();
      this.#stream = this.#make();
    }
    return message;
  }

  close() {
    this.#stream.close();
  }
}

/** Compresses the messages of one direction of a connection with Node's zlib. */
export class ZlibCompressor {
  #make;
  #forgets;
  #stream;

  constructor({ windowBits = 15, noContextTakeover = false, ...options } = {}) {
    this.#make = () => new Stream(createDeflateRaw({ windowBits, ...options }));
    this.#forgets = noContextTakeover;
    this.#stream = this.#make();
  }

  /** The payload of a message whose `parts` are flushed one by one, each as `flush` says. */
  async compress(parts, flush = () => constants.Z_SYNC_FLUSH) {
    const compressed = [];
    for (const [i, part] of parts.entries()) {
      const last = i === parts.length - 1;
      compressed.push(await this.#stream.run(part, last ? constants.Z_SYNC_FLUSH : flush()));
    }
    if (this.#forgets) {
      this.#stream.close();
      this.#stream = this.#make();
    }
    const payload = concat(...compressed);
    // A flush with nothing to flush gives nothing: then the message is one byte (RFC 7692 §7.2.3.6).
    if (payload.length === 0) return Uint8Array.of(0);
    const tail = payload.subarray(-TAIL.length);
    if (tail.some((byte, i) => byte !== TAIL[i])) return concat(payload, Uint8Array.of(0));
    return payload.subarray(0, -TAIL.length);
  }

  close() {
    this.#stream.close();
  }
}

/** All that is sent to and from `role`, with the same parameters both ways. */
export function bothWays({ windowBits = 15, noContextTakeover = false, ...more } = {}) {
  return {
    serverMaxWindowBits: windowBits,
    clientMaxWindowBits: windowBits,
    serverNoContextTakeover: noContextTakeover,
    clientNoContextTakeover: noContextTakeover,
    ...more,
  };
}

/** Words of a small language: text that compresses as that of people does. */
const WORDS = [
  'the',
  'price',
  'of',
  '"symbol":',
  '"bid":',
  '"ask":',
  'αβγ',
  '日本',
  '{',
  '}',
  ',',
  '\n',
  '42',
  '0.5',
  '🌍',
];

/** Text that looks like what is sent in practice. */
export function wordy(random, length) {
  let text = '';
  while (text.length < length) text += random.chance(20) ? random.below(1000) : random.pick(WORDS);
  return text.slice(0, length);
}
