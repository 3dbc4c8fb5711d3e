/** Small pieces of memory cut from larger ones: an `ArrayBuffer` of its own costs a small array more than all the rest. */

const SLAB = 1 << 16;

export class Pool {
  #slab = new ArrayBuffer(0);
  #used = 0;

  /** A copy of a range, which shares its `ArrayBuffer` with others. */
  copy(source: Uint8Array, start: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#used + length > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB);
      this.#used = 0;
    }
    const piece = new Uint8Array(this.#slab, this.#used, length);
    piece.set(source.subarray(start, start + length));
    this.#used += length;
    return piece;
  }
}
