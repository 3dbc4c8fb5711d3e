/** Whether the consumer of a transport has room for more, and what waits for it. */

import { nextTask } from './tasks.js';

/** Room that is there, or not. */
export class Room {
  #there: Promise<void> | undefined;
  #come: () => void = () => {};

  get isShut(): boolean {
    return this.#there !== undefined;
  }

  /** Fulfilled when there is room; `undefined` while there is. */
  get there(): Promise<void> | undefined {
    return this.#there;
  }

  /** There is none, until {@link open}. */
  shut(): void {
    this.#there ??= new Promise((resolve) => {
      this.#come = resolve;
    });
  }

  /** There is room. */
  open(): void {
    this.#there = undefined;
    this.#come();
  }
}

/**
 * Waits until a transport that is gone has no more to give: until there is room, and nothing has come for two tasks, of which one
 * may have been needed to hand on what was there. `heard` tells whether something has come since it was asked.
 */
export async function untilSilent(room: Room, heard: () => boolean): Promise<void> {
  do {
    await room.there;
    heard();
    await nextTask();
    await nextTask();
  } while (heard() || room.isShut);
}
