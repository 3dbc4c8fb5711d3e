/** Time, of which the codec knows nothing. */

import { queueTask } from './tasks.js';

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
  /** A limit that was reached, and not yet told. */
  #late: object | undefined;

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

  /**
   * As {@link set}, for what is too late then. Of a program that was busy, the platform runs the timers that are due before it looks
   * at what has arrived meanwhile: that comes first, and may cancel it.
   */
  limit(milliseconds: number, run: () => void): void {
    this.set(milliseconds, () => {
      const late = {};
      this.#late = late;
      queueTask(() =>
        queueTask(() => {
          if (this.#late === late) run();
        }),
      );
    });
  }

  cancel(): void {
    if (this.#id !== undefined) this.#clock.clearTimeout(this.#id);
    this.#id = undefined;
    this.#late = undefined;
  }
}
