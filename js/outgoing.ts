/**
 * Data frames, framed where they are written: without compression a frame is its header and the payload, as it is or masked
 * (RFC 6455 §5.2), and nothing else about the connection changes. To cross into the module for each would cost a small message
 * more than that, so those of a client wait as they are, with their keys, and are masked together when they are taken. Short texts
 * wait as strings, and are framed together.
 */

import { Use } from './connection-options.js';
import { Opcode } from './constants.js';
import { firstByte, headerLength, MAX_HEADER, writeHeader } from './frame-header.js';
import type { Codec } from './wasm/codec.js';
import { allocate, pool, utf8Length, writeUtf8 } from './wasm/pool.js';

/** A payload of so many bytes gets memory of its own. */
const LONG = 1 << 14;

/** The same if it is masked, which is then done at once. */
const LONG_MASKED = 1 << 12;

/** A shorter payload is faster copied behind its header than written by itself. */
const SHORTEST_APART = 1 << 10;

const WHOLE_TEXT = firstByte(Opcode.Text, true);

/** The longest text that waits to be framed with others. */
const LONGEST_TEXT = 255;

/** So many wait at most: there are to be keys for all of them. */
const MOST_WAITING = 1000;

/** Fewer are framed one by one. */
const FEW_TEXTS = 8;

/** Frames that were not taken yet, in order. */
export class OutgoingFrames {
  readonly #masked: boolean;
  readonly #long: number;
  /** What comes before the last ones. */
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  /** Which of them lie in the pool, and have their masks still to be applied. */
  #pooled: boolean[] = [];
  /** The last ones lie side by side in the pool: in this memory, from `#start` to `#end`. */
  #memory = pool.memory;
  #start = 0;
  #end = 0;
  /** The last ones of all: texts of ASCII that are still to be framed, and how many bytes that makes. */
  #texts: string[] = [];
  #textsLength = 0;
  /** Bytes of all frames. */
  length = 0;

  constructor(masked: boolean) {
    this.#masked = masked;
    this.#long = masked ? LONG_MASKED : LONG;
  }

  /** Adds a message of text; gives the bytes of its payload. */
  addText(codec: Codec, text: string): number {
    const length = utf8Length(text);
    if (length <= LONGEST_TEXT && length === text.length) {
      if (this.#texts.length === MOST_WAITING) this.frameTexts(codec);
      const texts = this.#texts;
      if (this.#masked) codec.ensureKeys(texts.length + 1);
      const added = headerLength(length, this.#masked) + length;
      texts[texts.length] = text;
      this.#textsLength += added;
      this.length += added;
    } else {
      this.frameTexts(codec);
      this.#writeText(codec, text, length);
    }
    return length;
  }

  /** Frames the texts that wait for it. What can fail comes first: nothing is lost. */
  frameTexts(codec: Codec, pooled = false): void {
    const texts = this.#texts;
    const { length } = texts;
    if (length === 0) return;
    if (this.#masked) codec.ensureKeys(length);
    if (length < FEW_TEXTS) {
      pool.ensure(this.#textsLength + MAX_HEADER);
      this.length -= this.#textsLength;
      for (let i = 0; i < length; i += 1) this.#writeText(codec, texts[i] as string, (texts[i] as string).length);
      // To shorten an array by its length gives its memory back, which the next text would want again.
      for (let i = 0; i < length; i += 1) texts.pop();
    } else {
      const frames = pooled ? pool.take(this.#textsLength) : new Uint8Array(this.#textsLength);
      codec.frameTexts(texts, this.#masked, frames);
      this.length -= frames.length;
      this.#push(frames);
      this.#texts = [];
    }
    this.#textsLength = 0;
  }

  #writeText(codec: Codec, text: string, length: number): void {
    const key = this.#key(codec);
    if (length < this.#long) {
      pool.ensure(MAX_HEADER + length);
      const { memory, free } = pool;
      const start = writeHeader(memory, free, WHOLE_TEXT, length, key);
      writeUtf8(memory, text, start, length);
      this.#extend(start + length);
    } else {
      const frame = allocate(headerLength(length, this.#masked) + length);
      const start = writeHeader(frame, 0, WHOLE_TEXT, length, key);
      writeUtf8(frame, text, start, length);
      if (key !== undefined) codec.mask(key, frame.subarray(start), frame.subarray(start));
      this.#add(frame);
    }
  }

  /** Adds a frame that begins with the byte `first`, of `length` bytes. A payload that is not short is handed out as it is, if `use` allows it. */
  addBytes(codec: Codec, first: number, bytes: Uint8Array, length: number, use: Use): void {
    this.frameTexts(codec);
    const key = this.#key(codec);
    if (
      key === undefined ? use !== Use.Copied && length >= SHORTEST_APART : use === Use.Owned && length >= this.#long
    ) {
      this.#addApart(codec, first, bytes as Uint8Array<ArrayBuffer>, length, key);
    } else if (length < this.#long) {
      pool.ensure(MAX_HEADER + length);
      const { memory, free } = pool;
      const start = writeHeader(memory, free, first, length, key);
      memory.set(bytes, start);
      this.#extend(start + length);
    } else {
      const frame = allocate(headerLength(length, this.#masked) + length);
      const start = writeHeader(frame, 0, first, length, key);
      if (key === undefined) frame.set(bytes, start);
      else codec.mask(key, bytes, frame.subarray(start));
      this.#add(frame);
    }
  }

  /** Adds what the core has encoded: everything that came before it is here, and no text waits. */
  addEncoded(bytes: Uint8Array<ArrayBuffer>): void {
    if (bytes.length > 0) this.#push(bytes);
  }

  /** Takes them all. Unless `pooled`, the arrays are plain ones, and have nothing of the pool. */
  take(codec: Codec, pooled: boolean): Uint8Array<ArrayBuffer>[] {
    if (this.length === 0) return [];
    this.length = 0;
    // Mostly there is nothing else.
    if (this.#chunks.length === 0) return [this.#finished(codec, this.#takeLast(), pooled)];
    this.#cut();
    const chunks = this.#chunks;
    for (let i = 0; i < chunks.length; i += 1) {
      if (this.#pooled[i]) chunks[i] = this.#finished(codec, chunks[i] as Uint8Array<ArrayBuffer>, pooled);
    }
    this.#chunks = [];
    this.#pooled = [];
    return chunks;
  }

  /** Forgets them. */
  clear(): void {
    this.length = 0;
    this.#texts = [];
    this.#textsLength = 0;
    this.#start = this.#end;
    this.#chunks = [];
    this.#pooled = [];
  }

  /** Adds a frame whose payload stays where it is. */
  #addApart(
    codec: Codec,
    first: number,
    bytes: Uint8Array<ArrayBuffer>,
    length: number,
    key: number | undefined,
  ): void {
    if (key === undefined) {
      pool.ensure(MAX_HEADER);
      this.#extend(writeHeader(pool.memory, pool.free, first, length, key));
    } else {
      codec.mask(key, bytes, bytes);
      // Not in the pool, where it would be taken for a frame to be masked.
      const header = new Uint8Array(headerLength(length, true));
      writeHeader(header, 0, first, length, key);
      this.#push(header);
    }
    this.#push(bytes);
  }

  /** A key for one frame, if it is to be masked. What can fail comes first. */
  #key(codec: Codec): number | undefined {
    return this.#masked ? codec.takeKey() : undefined;
  }

  /** What was written to the free part of the pool, up to `end`, is a frame. */
  #extend(end: number): void {
    const { memory, free } = pool;
    if (memory !== this.#memory || free !== this.#end) {
      this.#cut();
      this.#memory = memory;
      this.#start = free;
    }
    pool.free = end;
    this.#end = end;
    this.length += end - free;
  }

  /** Adds a frame that has memory of its own. */
  #add(frame: Uint8Array<ArrayBuffer>): void {
    this.#push(new Uint8Array(frame.buffer));
  }

  #push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#cut();
    this.#chunks.push(bytes);
    this.#pooled.push(false);
    this.length += bytes.length;
  }

  /** The last ones are complete, if there are any. */
  #cut(): void {
    if (this.#start === this.#end) return;
    this.#chunks.push(this.#takeLast());
    this.#pooled.push(true);
  }

  #takeLast(): Uint8Array<ArrayBuffer> {
    const last = this.#memory.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return last;
  }

  #finished(codec: Codec, frames: Uint8Array<ArrayBuffer>, pooled: boolean): Uint8Array<ArrayBuffer> {
    const finished = pooled ? frames : new Uint8Array(frames.length);
    if (this.#masked) codec.maskFrames(frames, finished);
    else if (!pooled) finished.set(frames);
    return finished;
  }
}
