/** So many places may be empty before they are given back. */
const FEW = 32;

/** First in, first out, however many wait: an array moves all of them for each that is taken. */
export class Queue<T> {
  /** Those before the first are empty. */
  #places: (T | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#places.length - this.#first;
  }

  /** The one that is taken next. */
  get first(): T | undefined {
    return this.#places[this.#first];
  }

  push(item: T): void {
    this.#places.push(item);
  }

  shift(): T | undefined {
    const { first } = this;
    if (this.length === 0) return undefined;
    this.#places[this.#first] = undefined;
    this.#first += 1;
    if (this.#first >= FEW && 2 * this.#first >= this.#places.length) {
      this.#places = this.#places.slice(this.#first);
      this.#first = 0;
    } else if (this.length === 0) this.clear();
    return first;
  }

  clear(): void {
    this.#places.length = 0;
    this.#first = 0;
  }
}
