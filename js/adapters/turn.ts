/** The wait of a writer: for its turn to write again, or for the loss of what it writes to. */

/**
 * One wait at a time, ended by an event that says "go on" or by the loss of the connection. A wait that only the first could
 * end would hang on a connection that is gone.
 */
export class Turn {
  #waiting: { resolve(): void; reject(reason: unknown): void } | undefined;
  #loss: { readonly reason: unknown } | undefined;

  /** Fulfilled by the next {@link come}; rejected by the loss, also by one that has been. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#loss !== undefined) reject(this.#loss.reason);
      else this.#waiting = { resolve, reject };
    });
  }

  /** The writer may go on. */
  come(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  /** The connection is gone, for good. The first reason stays. */
  lose(reason: unknown): void {
    this.#loss ??= { reason };
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#loss.reason);
  }

  /** Throws the reason of the loss, if there was one. */
  check(): void {
    if (this.#loss !== undefined) throw this.#loss.reason;
  }
}
