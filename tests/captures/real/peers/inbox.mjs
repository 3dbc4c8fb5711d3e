// What a peer received and nobody asked for yet.

/** Nothing on the loopback address takes longer. */
const LONGEST = 20_000;

export class Inbox {
  #items = [];
  #waiting = [];

  push(item) {
    const next = this.#waiting.shift();
    if (next) next(item);
    else this.#items.push(item);
  }

  /** Resolves to the next item. */
  next() {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    return new Promise((resolve, reject) => {
      const overdue = setTimeout(() => reject(new Error('a peer received nothing')), LONGEST);
      this.#waiting.push((item) => {
        clearTimeout(overdue);
        resolve(item);
      });
    });
  }
}
