/** The payload of a large binary message, which is put together outside the module. */

import { lengthOf } from './arguments.js';
import { allocate } from './wasm/pool.js';

/** A view of memory that is more than so many times as large would keep too much of it alive. */
const MOST_PINNED = 16;

export class Payload {
  /** Bytes of the whole. */
  readonly length: number;
  /** Bytes that are there. */
  received = 0;
  /** What is there, until the whole is made. */
  readonly #pieces: Uint8Array<ArrayBuffer>[] = [];
  #whole: Uint8Array<ArrayBuffer> | undefined;

  constructor(length: number) {
    this.length = length;
  }

  /** Bytes that are missing. */
  get missing(): number {
    return this.length - this.received;
  }

  /**
   * Makes room for the next piece, at most what is {@link missing}: memory for a copy of it, or the piece itself where it is
   * `owned` and need not move.
   */
  room(piece: Uint8Array, owned: boolean): Uint8Array<ArrayBuffer> {
    const length = lengthOf(piece);
    const start = this.received;
    this.received += length;
    // Never more than twice what has arrived.
    if (this.#whole === undefined && start > 0 && 2 * this.received >= this.length) this.#assemble();
    if (this.#whole !== undefined) return this.#whole.subarray(start, start + length);
    const { buffer } = piece;
    const stays = owned && buffer instanceof ArrayBuffer && length * MOST_PINNED >= buffer.byteLength;
    const room = stays ? new Uint8Array(buffer, piece.byteOffset, length) : plain(allocate(length));
    this.#pieces.push(room);
    return room;
  }

  /** All of it, once nothing is missing. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#whole ?? (this.#pieces[0] as Uint8Array<ArrayBuffer>);
  }

  #assemble(): void {
    this.#whole = plain(allocate(this.length));
    let at = 0;
    for (const piece of this.#pieces.splice(0)) {
      this.#whole.set(piece, at);
      at += piece.length;
    }
  }
}

/** Not a `Buffer` of the host. */
function plain(memory: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(memory.buffer);
}
