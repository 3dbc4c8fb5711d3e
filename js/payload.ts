/** The payload of large binary messages, which stays outside the module. */

import { allocate } from './wasm/pool.js';

/** A view of memory that is more than so many times as large would keep too much of it alive. */
const MOST_PINNED = 16;

/** A chunk of the transport. To ask a view for its memory takes as long as to copy a small one, so that is done once. */
export class Chunk {
  readonly #buffer: ArrayBufferLike;
  readonly #start: number;
  /** Pieces of at least so many bytes stay where they are. */
  readonly #leastKept: number;

  constructor(view: Uint8Array, owned: boolean) {
    const { buffer } = view;
    this.#buffer = buffer;
    this.#start = view.byteOffset;
    const stay = owned && buffer instanceof ArrayBuffer;
    this.#leastKept = stay ? buffer.byteLength / MOST_PINNED : Number.POSITIVE_INFINITY;
  }

  /** Some of its bytes. */
  piece(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#start + at, length);
  }

  /** Where a piece of payload of `length` bytes is to be: memory for a copy of it, or it stays where it is. */
  placeFor(piece: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
    return length >= this.#leastKept ? (piece as Uint8Array<ArrayBuffer>) : plain(allocate(length));
  }
}

/** A payload that arrives in pieces. */
export class Payload {
  readonly #length: number;
  /** Bytes that are there. */
  received = 0;
  /** What is there, until there is memory for all. */
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #whole: Uint8Array<ArrayBuffer> | undefined;

  constructor(length: number) {
    this.#length = length;
  }

  /** Bytes that are not there. */
  get missing(): number {
    return this.#length - this.received;
  }

  /** All of it, once nothing is missing. */
  get whole(): Uint8Array<ArrayBuffer> {
    return this.#whole ?? (this.#pieces[0] as Uint8Array<ArrayBuffer>);
  }

  /** Where the next piece of `chunk` is to be, which has `length` bytes: at most what is {@link missing}. */
  place(chunk: Chunk, piece: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
    const start = this.received;
    this.received += length;
    // The memory for all is never more than twice what has arrived.
    if (start > 0 && 2 * this.received >= this.#length) this.#whole ??= this.#assemble();
    if (this.#whole !== undefined) return this.#whole.subarray(start, this.received);
    const place = chunk.placeFor(piece, length);
    this.#pieces.push(place);
    return place;
  }

  #assemble(): Uint8Array<ArrayBuffer> {
    const whole = plain(allocate(this.#length));
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    return whole;
  }
}

/** Not a `Buffer` of the host. */
function plain(memory: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer);
}
