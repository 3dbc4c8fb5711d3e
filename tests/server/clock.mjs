// A clock that the test turns.

/** Time that stands still until it is told. */
export class TestClock {
  #now = 0;
  #timers = new Map();
  #count = 0;

  now() {
    return this.#now;
  }

  setTimeout(run, milliseconds) {
    this.#count += 1;
    this.#timers.set(this.#count, { at: this.#now + milliseconds, run });
    return this.#count;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  get pending() {
    return this.#timers.size;
  }

  advance(milliseconds) {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, run }] = due;
      this.#timers.delete(id);
      this.#now = at;
      run();
    }
    this.#now = end;
  }
}
