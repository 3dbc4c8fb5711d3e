/** What happens on a connection, in order and in tasks. */

import { queueTask } from './tasks.js';

type Step = () => void | Promise<void>;

/** The steps of one connection. None begins before those told earlier are over. */
export class Steps {
  readonly #together: boolean;
  /** The first one is the next, or is on its way. */
  readonly #waiting: Step[] = [];

  /** `together`: whether steps that are told in one task happen in it. */
  constructor(together: boolean) {
    this.#together = together;
  }

  /** Whether a step may happen at once: where steps are together and none waits, since drivers speak from tasks. */
  get isFree(): boolean {
    return this.#together && this.#waiting.length === 0;
  }

  /** A step: at once if it may, or else in a task of its own. */
  run(step: () => void): void {
    if (this.isFree) step();
    else this.alone(step);
  }

  /** A step that has its task for itself: the promises of those before it have run. It is over when its own promise is. */
  alone(step: Step): void {
    this.#waiting.push(step);
    if (this.#waiting.length === 1) this.#queue();
  }

  /** Lets the task of the last step end before the next one. */
  pause(): void {
    this.alone(() => {});
  }

  #queue(): void {
    queueTask(() => {
      const over = this.#waiting[0]?.();
      if (over === undefined) this.#next();
      else over.then(() => this.#next());
    });
  }

  #next(): void {
    this.#waiting.shift();
    if (this.#waiting.length > 0) this.#queue();
  }
}
