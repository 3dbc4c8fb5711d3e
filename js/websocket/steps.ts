/** What happens on a connection, in order and in tasks. */

import { queueTask } from './tasks.js';

/** The steps of one connection. None begins before those told earlier are over. */
export class Steps {
  readonly #together: boolean;
  readonly #waiting: (() => void)[] = [];

  /** `together`: whether steps that are told in one task happen in it. */
  constructor(together: boolean) {
    this.#together = together;
  }

  /** A step: at once where steps are together and none waits, since drivers speak from tasks; or else in a task of its own. */
  run(step: () => void): void {
    if (this.#together && this.#waiting.length === 0) step();
    else this.alone(step);
  }

  /** A step that has its task for itself: the promises of those before it have run. */
  alone(step: () => void): void {
    this.#waiting.push(step);
    queueTask(() => this.#waiting.shift()?.());
  }

  /** Lets the task of the last step end before the next one. */
  pause(): void {
    this.alone(() => {});
  }
}
