/** Whether the consumer of a transport has room for more, and what waits for it. */

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
