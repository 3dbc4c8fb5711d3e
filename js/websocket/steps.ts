/** What happens on a connection, in order and in tasks. */

import { Queue } from './queue.js';
import { queueTask } from './tasks.js';

type Act = () => void | Promise<void>;

interface Step {
  readonly act: Act;
  /** Whether it has its task for itself. */
  readonly alone: boolean;
}

/** The steps of one connection. None begins before those told earlier are over. */
export class Steps {
  readonly #together: boolean;
  /** The first one is the next, or is on its way. */
  readonly #waiting = new Queue<Step>();

  /** `together`: whether steps that are told in one task happen in it, and those that wait in as few as they can. */
  constructor(together: boolean) {
    this.#together = together;
  }

  /** Whether a step may happen at once: where steps are together and none waits, since drivers speak from tasks. */
  get isFree(): boolean {
    return this.#together && this.#waiting.length === 0;
  }

  /** A step: at once if it may, or else later, together with those beside it where steps are together. */
  run(act: () => void): void {
    if (this.isFree) act();
    else this.#add({ act, alone: !this.#together });
  }

  /** A step that has its task for itself: the promises of those before it have run. It is over when its own promise is. */
  alone(act: Act): void {
    this.#add({ act, alone: true });
  }

  /** Lets the task of the last step end before the next one. */
  pause(): void {
    this.alone(() => {});
  }

  #add(step: Step): void {
    this.#waiting.push(step);
    if (this.#waiting.length === 1) this.#queue();
  }

  #queue(): void {
    queueTask(() => this.#go());
  }

  /** One step that is alone, or all before the next that is. */
  #go(): void {
    if (this.#waiting.first?.alone === true) {
      const over = this.#waiting.first.act();
      if (over === undefined) this.#next();
      else over.then(() => this.#next());
      return;
    }
    for (let step = this.#waiting.first; step !== undefined && !step.alone; step = this.#waiting.first) {
      step.act();
      this.#waiting.shift();
    }
    if (this.#waiting.length > 0) this.#queue();
  }

  #next(): void {
    this.#waiting.shift();
    if (this.#waiting.length > 0) this.#queue();
  }
}
