/**
 * Whole messages, framed where they are written: without compression a frame is its header and the payload, as it is or masked
 * (RFC 6455 §5.2), and nothing else about the connection changes. To cross into the module for each would cost a small message
 * more than that, so those of a client wait as they are, with their keys, and are masked together when they are taken.
 */

import { lengthOf } from './arguments.js';
import { Opcode } from './constants.js';
import { headerLength, MAX_HEADER, writeHeader } from './frame-header.js';
import type { Codec } from './wasm/codec.js';
import { allocate, pool, SHORT, utf8Length, writeAscii, writeUtf8 } from './wasm/pool.js';

/** A payload of so many bytes gets memory of its own. */
const LONG = 1 << 14;

/** The same if it is masked, which is then done at once. */
const LONG_MASKED = 1 << 12;

/** A shorter payload is faster copied behind its header than written by itself. */
const SHORTEST_APART = 1 << 10;

/** A piece of output, and whether it is frames in the pool, whose masks are still to be applied. */
interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isPooled: boolean;
}

/** Frames that were not taken yet, in order. */
export class OutgoingFrames {
  readonly #masked: boolean;
  readonly #long: number;
  /** What comes before the last ones. */
  #chunks: Chunk[] = [];
  /** The last ones lie side by side in the pool: in this memory, from `#start` to `#end`. */
  #memory = pool.memory;
  #start = 0;
  #end = 0;
  /** Bytes of all frames. */
  length = 0;

  constructor(masked: boolean) {
    this.#masked = masked;
    this.#long = masked ? LONG_MASKED : LONG;
  }

  /** Adds a message of text; gives the bytes of its payload. */
  addText(codec: Codec, text: string): number {
    if (text.length <= SHORT && this.#addAscii(codec, text)) return text.length;
    const length = utf8Length(text);
    const key = this.#key(codec);
    if (length < this.#long) {
      pool.ensure(MAX_HEADER + length);
      const { memory, free } = pool;
      const start = writeHeader(memory, free, Opcode.Text, length, key);
      writeUtf8(memory, text, start, length);
      this.#extend(start + length);
    } else {
      const frame = allocate(headerLength(length, this.#masked) + length);
      const start = writeHeader(frame, 0, Opcode.Text, length, key);
      writeUtf8(frame, text, start, length);
      if (key !== undefined) codec.mask(key, frame.subarray(start), frame.subarray(start));
      this.#add(frame);
    }
    return length;
  }

  /** Adds a binary message. Unless `copied`, all but a short payload is handed out as it is, if it need not be masked. */
  addBytes(codec: Codec, bytes: Uint8Array, copied: boolean): void {
    const length = lengthOf(bytes);
    const key = this.#key(codec);
    const apart = !copied && !this.#masked && length >= SHORTEST_APART;
    if (apart || length < this.#long) {
      const inside = apart ? 0 : length;
      pool.ensure(MAX_HEADER + inside);
      const { memory, free } = pool;
      const start = writeHeader(memory, free, Opcode.Binary, length, key);
      if (!apart) memory.set(bytes, start);
      this.#extend(start + inside);
      if (apart) this.#push(bytes as Uint8Array<ArrayBuffer>);
    } else {
      const frame = allocate(headerLength(length, this.#masked) + length);
      const start = writeHeader(frame, 0, Opcode.Binary, length, key);
      if (key === undefined) frame.set(bytes, start);
      else codec.mask(key, bytes, frame.subarray(start));
      this.#add(frame);
    }
  }

  /** Takes them all. Unless `pooled`, the arrays are plain ones, and have nothing of the pool. */
  take(codec: Codec, pooled: boolean): Uint8Array<ArrayBuffer>[] {
    if (this.length === 0) return [];
    this.length = 0;
    const last = this.#takeLast();
    // Mostly there is nothing else.
    if (last !== undefined && this.#chunks.length === 0) return [this.#finished(codec, last, pooled)];
    const chunks = this.#chunks;
    this.#chunks = [];
    if (last !== undefined) chunks.push({ bytes: last, isPooled: true });
    return chunks.map(({ bytes, isPooled }) => (isPooled ? this.#finished(codec, bytes, pooled) : bytes));
  }

  /** Forgets them. */
  clear(): void {
    this.length = 0;
    this.#start = this.#end;
    this.#chunks = [];
  }

  /** A key for one frame, if it is to be masked. What can fail comes first. */
  #key(codec: Codec): number | undefined {
    return this.#masked ? codec.takeKey() : undefined;
  }

  /** Adds a short text, if it is ASCII: then it is as long as its string, and need not be measured. */
  #addAscii(codec: Codec, text: string): boolean {
    const { length } = text;
    pool.ensure(MAX_HEADER + length);
    const { memory, free } = pool;
    if (!writeAscii(memory, text, free + headerLength(length, this.#masked))) return false;
    this.#extend(writeHeader(memory, free, Opcode.Text, length, this.#key(codec)) + length);
    return true;
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
    this.#chunks.push({ bytes, isPooled: false });
    this.length += bytes.length;
  }

  /** What lies in the pool is complete. */
  #cut(): void {
    const last = this.#takeLast();
    if (last !== undefined) this.#chunks.push({ bytes: last, isPooled: true });
  }

  #takeLast(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#start === this.#end) return undefined;
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
