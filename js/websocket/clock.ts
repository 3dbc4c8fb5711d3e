/** Time, of which the codec knows nothing. */

/** What a driver needs of time. */
export interface Clock {
  /** Milliseconds since some moment; never less than before. */
  now(): number;
  /** As the global function. */
  setTimeout(run: () => void, milliseconds: number): unknown;
  /** As the global function. */
  clearTimeout(timer: unknown): void;
}

/** The clock of the system. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

/** Beyond it, timers of the platforms fire at once: it counts as no limit. */
const MAX_DELAY = 2 ** 31 - 1;

/** One timer that can be set again and cancelled. */
export class Timer {
  readonly #clock: Clock;
  #id: unknown;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs after so many milliseconds, instead of what was set before. Never, if they are `Infinity`. */
  set(milliseconds: number, run: () => void): void {
    this.cancel();
    if (milliseconds > MAX_DELAY) return;
    this.#id = this.#clock.setTimeout(() => {
      this.#id = undefined;
      run();
    }, milliseconds);
  }

  cancel(): void {
    if (this.#id !== undefined) this.#clock.clearTimeout(this.#id);
    this.#id = undefined;
  }
}
