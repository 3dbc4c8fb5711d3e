/**
 * Whole messages of a server, framed where they are written: without a mask and without compression a frame is its header and
 * the payload as it is (RFC 6455 §5.2), and nothing about the connection changes. Two crossings into the module and two copies
 * would cost a small message more than that.
 */

import { lengthOf } from './arguments.js';
import { Opcode } from './constants.js';
import { allocate, pool, utf8Length, writeUtf8 } from './wasm/pool.js';

const FIN = 0x80;

/** A longer payload gets memory of its own. */
const LONG = 1 << 14;

/** A shorter payload is faster copied behind its header than written by itself. */
const SHORTEST_APART = 1 << 10;

/** Bytes of the longest header without a mask. */
const MAX_HEADER = 10;

/** A piece of output, and whether its memory is the pool's. */
interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isPooled: boolean;
}

/** Frames that were not taken yet, in order. */
export class UnmaskedFrames {
  /** What comes before the last ones. */
  #chunks: Chunk[] = [];
  /** The last ones lie side by side in the pool: in this memory, from `#start` to `#end`. */
  #memory = pool.memory;
  #start = 0;
  #end = 0;
  /** Bytes of all frames. */
  length = 0;

  /** Adds a message of text; gives the bytes of its payload. */
  addText(text: string): number {
    const length = utf8Length(text);
    const header = headerLength(length);
    if (length <= LONG) {
      pool.ensure(header + length);
      const { memory, free } = pool;
      writeHeader(memory, free, Opcode.Text, length);
      writeUtf8(memory, text, free + header, length);
      this.#extend(header + length);
    } else {
      const memory = allocate(header + length);
      writeHeader(memory, 0, Opcode.Text, length);
      writeUtf8(memory, text, header, length);
      this.add(new Uint8Array(memory.buffer));
    }
    return length;
  }

  /** Adds a binary message. Unless `copied`, all but a short payload is handed out as it is. */
  addBytes(bytes: Uint8Array, copied: boolean): void {
    const length = lengthOf(bytes);
    const header = headerLength(length);
    const apart = !copied && length >= SHORTEST_APART;
    if (apart || length <= LONG) {
      pool.ensure(header + (apart ? 0 : length));
      const { memory, free } = pool;
      writeHeader(memory, free, Opcode.Binary, length);
      if (!apart) memory.set(bytes, free + header);
      this.#extend(header + (apart ? 0 : length));
      if (apart) this.add(bytes as Uint8Array<ArrayBuffer>);
    } else {
      const memory = allocate(header + length);
      writeHeader(memory, 0, Opcode.Binary, length);
      memory.set(bytes, header);
      this.add(new Uint8Array(memory.buffer));
    }
  }

  /** Takes them all. Unless `pooled`, the arrays are plain ones, and have nothing of the pool. */
  take(pooled: boolean): Uint8Array<ArrayBuffer>[] {
    if (this.length === 0) return [];
    this.length = 0;
    const last = this.#takeLast();
    // Mostly there is nothing else.
    if (last !== undefined && this.#chunks.length === 0) return [pooled ? last : new Uint8Array(last)];
    const chunks = this.#chunks;
    this.#chunks = [];
    if (last !== undefined) chunks.push({ bytes: last, isPooled: true });
    return chunks.map(({ bytes, isPooled }) => (isPooled && !pooled ? new Uint8Array(bytes) : bytes));
  }

  /** What was written to the free part of the pool is a frame. */
  #extend(length: number): void {
    const { memory, free } = pool;
    if (memory !== this.#memory || free !== this.#end) {
      this.#cut();
      this.#memory = memory;
      this.#start = free;
    }
    pool.free = free + length;
    this.#end = pool.free;
    this.length += length;
  }

  /** Adds frames that are written already. */
  add(bytes: Uint8Array<ArrayBuffer>): void {
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
}

/** Bytes of the header of a payload of so many, without a mask. */
export function headerLength(length: number): number {
  return length < 126 ? 2 : length < 1 << 16 ? 4 : MAX_HEADER;
}

/** Writes the header of a whole message, without a mask (RFC 6455 §5.2). */
export function writeHeader(memory: Uint8Array, at: number, opcode: number, length: number): void {
  memory[at] = FIN | opcode;
  if (length < 126) {
    memory[at + 1] = length;
  } else if (length < 1 << 16) {
    memory[at + 1] = 126;
    memory[at + 2] = length >>> 8;
    memory[at + 3] = length;
  } else {
    memory[at + 1] = 127;
    const view = new DataView(memory.buffer, memory.byteOffset + at + 2, 8);
    view.setUint32(0, length / 2 ** 32);
    view.setUint32(4, length);
  }
}
