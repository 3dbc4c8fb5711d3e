/** The payload of large binary messages, which stays outside the module. */

import { allocate } from './wasm/pool.js';

/** A message that is a view of memory more than so many times as large would keep too much of it alive. */
const MOST_PINNED = 16;

/** The same of a part that waits for the rest: what waits may take twice what was received, and no more. */
const MOST_HELD = 2;

/** Pieces of fewer bytes share memory: by itself each would take many times what is in it. */
const SMALL = 1 << 12;

/** Bytes of such memory. */
const SHARED = 1 << 14;

/** A chunk of the transport. To ask a view for its memory takes as long as to copy a small one, so that is done once. */
export class Chunk {
  readonly #buffer: ArrayBufferLike;
  readonly #start: number;
  /** Bytes of memory that what stays where it is keeps alive; no end of them if nothing can. */
  readonly #pinned: number;

  constructor(view: Uint8Array, owned: boolean) {
    const { buffer } = view;
    this.#buffer = buffer;
    this.#start = view.byteOffset;
    const stays = owned && buffer instanceof ArrayBuffer;
    this.#pinned = stays ? buffer.byteLength : Number.POSITIVE_INFINITY;
  }

  /** Some of its bytes. */
  piece(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#buffer, this.#start + at, length);
  }

  /** Where `length` bytes are to be: memory for a copy, or they stay where they are, if that keeps at most `mostPinned` times as many. */
  placeFor(bytes: Uint8Array, length: number, mostPinned = MOST_PINNED): Uint8Array<ArrayBuffer> {
    return mostPinned * length >= this.#pinned ? (bytes as Uint8Array<ArrayBuffer>) : plain(allocate(length));
  }
}

/** A payload that arrives in pieces. */
export class Payload {
  readonly #length: number;
  /** Bytes of memory that it takes. */
  held = 0;
  #received = 0;
  /** What is there, until there is memory for all. */
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  /** Memory for small pieces, and how much of it is used. */
  #shared: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  #whole: Uint8Array<ArrayBuffer> | undefined;

  constructor(length: number) {
    this.#length = length;
  }

  /** Bytes that are not there. */
  get missing(): number {
    return this.#length - this.#received;
  }

  /** All of it, once nothing is missing. */
  get whole(): Uint8Array<ArrayBuffer> {
    return this.#whole ?? (this.#pieces[0] as Uint8Array<ArrayBuffer>);
  }

  /** Where the next piece of `chunk` is to be, which has `length` bytes: at most what is {@link missing}. */
  place(chunk: Chunk, piece: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
    const start = this.#received;
    this.#received += length;
    // The memory for all is never more than twice what has arrived.
    if (start > 0 && 2 * this.#received >= this.#length) this.#whole ??= this.#assemble();
    if (this.#whole !== undefined) return this.#whole.subarray(start, this.#received);
    if (length < SMALL) return this.#placeSmall(length);
    const place = chunk.placeFor(piece, length, MOST_HELD);
    this.held += place.buffer.byteLength;
    this.#pieces.push(place);
    return place;
  }

  /** A place behind that of the small piece before it, if there is room. */
  #placeSmall(length: number): Uint8Array<ArrayBuffer> {
    if (this.#shared === undefined || this.#used + length > SHARED) {
      this.#shared = plain(allocate(SHARED));
      this.#used = 0;
      this.held += SHARED;
    }
    const { buffer } = this.#shared;
    const start = this.#used;
    this.#used += length;
    const before = this.#pieces.at(-1);
    if (start > 0 && before?.buffer === buffer) {
      // They are one piece.
      const { byteOffset } = before;
      this.#pieces[this.#pieces.length - 1] = new Uint8Array(buffer, byteOffset, this.#used - byteOffset);
    } else this.#pieces.push(new Uint8Array(buffer, start, length));
    return new Uint8Array(buffer, start, length);
  }

  #assemble(): Uint8Array<ArrayBuffer> {
    const whole = plain(allocate(this.#length));
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    this.#shared = undefined;
    this.held = this.#length;
    return whole;
  }
}

/** Not a `Buffer` of the host. */
function plain(memory: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer);
}
