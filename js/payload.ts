/** The payload of large binary messages, which stays outside the module. */

import { lengthOf } from './arguments.js';
import { allocate } from './wasm/pool.js';

/** A view of memory that is more than so many times as large would keep too much of it alive. */
const MOST_PINNED = 16;

/** Where a piece of payload is to be: memory for a copy of it, or it stays where it is if that is `owned`. */
export function placeFor(piece: Uint8Array, owned: boolean): Uint8Array<ArrayBuffer> {
  const { buffer } = piece;
  const length = lengthOf(piece);
  const stays = owned && buffer instanceof ArrayBuffer && length * MOST_PINNED >= buffer.byteLength;
  return stays ? (piece as Uint8Array<ArrayBuffer>) : plain(allocate(length));
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

  /** Where the next piece is to be, as {@link placeFor} says. It has at most what is {@link missing}. */
  place(piece: Uint8Array, owned: boolean): Uint8Array<ArrayBuffer> {
    const start = this.received;
    this.received += lengthOf(piece);
    // The memory for all is never more than twice what has arrived.
    if (start > 0 && 2 * this.received >= this.#length) this.#whole ??= this.#assemble();
    if (this.#whole !== undefined) return this.#whole.subarray(start, this.received);
    const place = placeFor(piece, owned);
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
