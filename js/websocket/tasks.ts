/** Tasks of the event loop: what is queued here runs after everything that waits for promises. */

/** Node's and Bun's; the event loop does not wait for a channel, but for this. */
declare const setImmediate: ((run: () => void) => unknown) | undefined;

/**
 * Queues a task, in order. `setTimeout` would be delayed by browsers once nested, and a promise would run before handlers
 * that are set after an `await`.
 */
export const queueTask: (run: () => void) => void =
  typeof setImmediate === 'function' ? (run) => void setImmediate(run) : overChannel();

function overChannel(): (run: () => void) => void {
  const waiting: (() => void)[] = [];
  let port: MessagePort | undefined;
  return (run) => {
    // Made at first use: an import does nothing.
    if (port === undefined) {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
      port = channel.port2;
    }
    waiting.push(run);
    port.postMessage(undefined);
  };
}

/** A promise for the next task. */
export const nextTask = (): Promise<void> => new Promise(queueTask);

let batch: (() => void)[] = [];

/** Queues what need not have a task of its own: many connections share one. */
export function queueTogether(run: () => void): void {
  if (batch.length === 0) {
    queueTask(() => {
      const runs = batch;
      batch = [];
      for (const each of runs) each();
    });
  }
  batch.push(run);
}
