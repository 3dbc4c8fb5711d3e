import type { ConnectionEvent } from './types.js';

type Places = (ConnectionEvent | undefined)[];

/** So many places stay. */
const FEW = 16;

/** So many empty ones are given back, if they are half of all. */
const MANY = 1024;

/** Events in order. Iterating takes them out one by one, so that a loop that ends early loses none. */
export class EventQueue implements IterableIterator<ConnectionEvent> {
  /** Those before the first are empty. */
  #places: Places = [];
  #first = 0;
  #end = 0;

  /** Makes room for so many at once: an array that grows is copied over and over, and an old one costs more to write to. */
  expect(count: number): void {
    if (this.#end === 0 && count > FEW) this.#places = new Array(count);
  }

  push(event: ConnectionEvent): void {
    this.#places[this.#end] = event;
    this.#end += 1;
  }

  next(): IteratorResult<ConnectionEvent, undefined> {
    const first = this.#first;
    const value = this.#places[first];
    if (value === undefined) return { done: true, value };
    this.#places[first] = undefined;
    this.#first = first + 1;
    if (this.#first === this.#end) this.#restart();
    else if (first >= MANY && 2 * first >= this.#end) this.#giveBack();
    return { done: false, value };
  }

  clear(): void {
    this.#places = [];
    this.#restart();
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** There are events that nobody has taken since long: the places of those before them are of no use any more. */
  #giveBack(): void {
    this.#places = this.#places.slice(this.#first, this.#end);
    this.#end -= this.#first;
    this.#first = 0;
  }

  /** All were taken. */
  #restart(): void {
    this.#first = 0;
    this.#end = 0;
    if (this.#places.length > FEW) this.#places = [];
  }
}
