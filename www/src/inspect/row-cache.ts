/** Rows that were fetched, by the number of their frame, the latest used ones kept. */

import type { Capture, FrameRow } from './capture.js';

/** Rows that are kept: enough to scroll back and forth without fetching again. */
const KEPT = 16_384;

/** Requests that may be on their way. What is asked for beyond that waits, and only the latest of it. */
const MOST = 2;

let ids = 0;

export class RowCache {
  /** Tells its rows from those of all others. */
  readonly id: number;
  readonly #capture: Capture;
  readonly #messages: boolean;
  readonly #rows = new Map<number, FrameRow | 'asked'>();
  #onTheirWay = 0;
  #waiting: readonly number[] | undefined;
  #closed = false;
  /** Called when rows have come. */
  onArrival: () => void = () => {};

  /** @param messages Whether rows of first frames stand for their messages. */
  constructor(capture: Capture, messages: boolean) {
    ids += 1;
    this.id = ids;
    this.#capture = capture;
    this.#messages = messages;
  }

  /** The row of a frame, if it is there. */
  get(n: number): FrameRow | undefined {
    const row = this.#rows.get(n);
    return row === 'asked' ? undefined : row;
  }

  /** Sees to it that the rows of these frames come. */
  want(numbers: readonly number[]): void {
    if (this.#closed) return;
    const missing = numbers.filter((n) => !this.#rows.has(n));
    if (missing.length === 0) this.#waiting = undefined;
    else if (this.#onTheirWay < MOST) void this.#fetch(missing);
    else this.#waiting = numbers;
  }

  /** What is still on its way is not wanted any more. */
  close(): void {
    this.#closed = true;
  }

  async #fetch(numbers: readonly number[]): Promise<void> {
    this.#onTheirWay += 1;
    for (const n of numbers) this.#rows.set(n, 'asked');
    try {
      const rows = await this.#capture.rows(Uint32Array.from(numbers), this.#messages);
      if (this.#closed) return;
      for (const row of rows) this.#rows.set(row.n, row);
      this.#forget();
    } catch {
      // The capture was closed meanwhile.
    } finally {
      this.#onTheirWay -= 1;
      for (const n of numbers) if (this.#rows.get(n) === 'asked') this.#rows.delete(n);
    }
    if (this.#closed) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.want(waiting);
    this.onArrival();
  }

  #forget(): void {
    for (const n of this.#rows.keys()) {
      if (this.#rows.size <= KEPT) break;
      this.#rows.delete(n);
    }
  }
}
