/**
 * Memory that the output of many connections shares, a piece after the other: an `ArrayBuffer` of its own costs a small array
 * more than all the rest.
 */

import { UsageError } from '../errors.js';

/** Node's, Deno's and Bun's. What is cut from one is one too, and the sockets of Node take it as it is. */
interface HostBuffer extends Uint8Array<ArrayBuffer> {
  latin1Write(text: string, start: number, length: number): number;
  write(text: string, start: number): number;
}
interface HostBuffers {
  prototype: { latin1Write?: unknown };
  allocUnsafeSlow(length: number): HostBuffer;
  byteLength(text: string): number;
}
const { Buffer: Buffers } = globalThis as { Buffer?: HostBuffers };
/** What pages have of this name is made of JavaScript, and has no fast ways. */
const Host = Buffers?.prototype.latin1Write === undefined ? undefined : Buffers;

/** Bytes of one piece of memory; what is larger than a quarter of it is to have memory of its own. */
const SLAB = 1 << 16;

/** The longest text that is faster written unit by unit than by an encoder. */
export const SHORT = 32;

const encoder = new TextEncoder();

/** Memory whose old content nobody sees: all of it is written before it is handed out. Throws a `UsageError` if there is none. */
export function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return Host === undefined ? new Uint8Array(length) : Host.allocUnsafeSlow(length);
  } catch (cause) {
    throw new UsageError('out_of_memory', `no memory for ${length} bytes`, { cause });
  }
}

/**
 * Writes a text as UTF-8 into memory of {@link allocate} that has room for it, lone surrogates as U+FFFD. `length` is its
 * {@link utf8Length}.
 */
export function writeUtf8(memory: Uint8Array<ArrayBuffer>, text: string, at: number, length: number): void {
  const isAscii = length === text.length;
  if (isAscii && length <= SHORT) writeAscii(memory, text, at);
  else if (Host === undefined) encoder.encodeInto(text, memory.subarray(at));
  else if (isAscii) (memory as HostBuffer).latin1Write(text, at, length);
  else (memory as HostBuffer).write(text, at);
}

/** Bytes of a text as UTF-8; a lone surrogate takes the three of U+FFFD. */
export const utf8Length: (text: string) => number = Host?.byteLength ?? ((text) => encoder.encode(text).length);

/** Writes a text that is ASCII; gives whether it was. */
export function writeAscii(memory: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    memory[at + i] = unit;
  }
  return true;
}

/** The piece that is being used up. */
class Pool {
  memory = allocate(0);
  /** Where the free part of it begins. */
  free = 0;

  /** Makes sure that so many bytes are free, which may take another piece of memory. */
  ensure(length: number): void {
    if (this.free + length <= this.memory.length) return;
    this.memory = allocate(SLAB);
    this.free = 0;
  }

  /** So many bytes of it. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > SLAB >>> 2) return allocate(length);
    this.ensure(length);
    const start = this.free;
    this.free += length;
    return this.memory.subarray(start, this.free);
  }

  /** A copy of a range. */
  copy(source: Uint8Array, start: number, length: number): Uint8Array<ArrayBuffer> {
    const copy = this.take(length);
    copy.set(source.subarray(start, start + length));
    return copy;
  }
}

export const pool = new Pool();
