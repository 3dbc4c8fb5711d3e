// A generator with a seed, so that a failure can be repeated: mulberry32.

export class Seeded {
  #state;

  constructor(seed) {
    this.#state = seed;
  }

  /** A number from 0 to 2^32 − 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A number from 0 to `bound` − 1. */
  below(bound) {
    return Math.floor((this.next() / 2 ** 32) * bound);
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  bytes(length) {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 1) bytes[at] = this.next();
    return bytes;
  }
}
