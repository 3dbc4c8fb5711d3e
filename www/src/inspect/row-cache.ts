/** Rows that were fetched, in blocks, the latest used ones kept. */

import type { Capture, FrameRow } from './capture.js';

const BLOCK = 128;
/** Blocks that are kept: enough to scroll back and forth without fetching again. */
const KEPT = 128;

let ids = 0;

export class RowCache {
  /** Tells it from all others. */
  readonly id: number;
  readonly #capture: Capture;
  readonly #numberAt: (index: number) => number;
  /** Called when rows have come. */
  onArrival: () => void = () => {};
  readonly #blocks = new Map<number, readonly FrameRow[] | 'asked'>();
  #count: number;
  #closed = false;

  /** @param numberAt The number of the frame at an index of the list. */
  constructor(capture: Capture, count: number, numberAt: (index: number) => number) {
    ids += 1;
    this.id = ids;
    this.#capture = capture;
    this.#count = count;
    this.#numberAt = numberAt;
  }

  get count(): number {
    return this.#count;
  }

  /** There are more rows at the end. */
  grow(count: number): void {
    // The last block was not full.
    this.#blocks.delete(Math.floor(this.#count / BLOCK));
    this.#count = count;
  }

  /** The row at an index, if it is there. */
  get(index: number): FrameRow | undefined {
    const block = this.#blocks.get(Math.floor(index / BLOCK));
    return block === undefined || block === 'asked' ? undefined : block[index % BLOCK];
  }

  /** Sees to it that these rows come. */
  want(first: number, last: number): void {
    for (let block = Math.floor(first / BLOCK); block * BLOCK < last; block += 1) {
      const held = this.#blocks.get(block);
      if (held === undefined) void this.#fetch(block);
      else if (held !== 'asked') {
        this.#blocks.delete(block);
        this.#blocks.set(block, held);
      }
    }
  }

  /** What is still on its way is not wanted any more. */
  close(): void {
    this.#closed = true;
  }

  async #fetch(block: number): Promise<void> {
    const first = block * BLOCK;
    const count = Math.min(BLOCK, this.#count - first);
    if (count <= 0) return;
    this.#blocks.set(block, 'asked');
    const numbers = Uint32Array.from({ length: count }, (_, at) => this.#numberAt(first + at));
    try {
      const rows = await this.#capture.rows(numbers);
      if (this.#closed) return;
      // While it was fetched, the list may have grown.
      if (this.#blocks.get(block) === 'asked') this.#blocks.set(block, rows);
    } catch {
      this.#blocks.delete(block);
      return;
    }
    for (const old of this.#blocks.keys()) {
      if (this.#blocks.size <= KEPT) break;
      this.#blocks.delete(old);
    }
    this.onArrival();
  }
}
