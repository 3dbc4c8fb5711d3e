import type { ConnectionEvent } from './types.js';

/** Events in order. Iterating takes them out one by one, so that a loop that ends early loses none. */
export class EventQueue implements IterableIterator<ConnectionEvent> {
  readonly queued: ConnectionEvent[] = [];
  #taken = 0;

  next(): IteratorResult<ConnectionEvent, undefined> {
    const value = this.queued[this.#taken];
    if (value === undefined) return { done: true, value };
    this.#taken += 1;
    if (this.#taken === this.queued.length) this.clear();
    return { done: false, value };
  }

  clear(): void {
    // To shorten an array gives its memory back, which the next event would want again.
    if (this.queued.length === 1) this.queued.pop();
    else this.queued.length = 0;
    this.#taken = 0;
  }

  [Symbol.iterator](): this {
    return this;
  }
}
