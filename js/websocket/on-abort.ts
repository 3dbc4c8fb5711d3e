/** Those who wait for a signal: one listener for all of them, since of many Node warns as of a leak. */
class Waiting {
  readonly #signal: AbortSignal;
  readonly #runs = new Set<() => void>();
  readonly #abort = () => {
    for (const run of [...this.#runs]) run();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(run: () => void): void {
    if (this.#runs.size === 0) this.#signal.addEventListener('abort', this.#abort);
    this.#runs.add(run);
  }

  /** The last one leaves nothing on the signal, which may live on. */
  delete(run: () => void): void {
    this.#runs.delete(run);
    if (this.#runs.size === 0) this.#signal.removeEventListener('abort', this.#abort);
  }
}

const all = /* @__PURE__ */ new WeakMap<AbortSignal, Waiting>();

/** Calls `run` when the signal is aborted, which it is not yet. Gives what ends the waiting. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  let waiting = all.get(signal);
  if (waiting === undefined) {
    waiting = new Waiting(signal);
    all.set(signal, waiting);
  }
  waiting.add(run);
  return () => waiting.delete(run);
}
