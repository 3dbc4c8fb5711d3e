/** Tasks of the event loop: what is queued here runs after everything that waits for promises. */

/** Node's and Bun's; the event loop does not wait for a channel, but for this. */
declare const setImmediate: ((run: () => void) => unknown) | undefined;

/** There what waits belongs to one request, and ends with it: requests share no task. */
const inWorkerd = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === 'Cloudflare-Workers';

/**
 * Queues a task, in order. `setTimeout` would be delayed by browsers once nested, and a promise would run before handlers
 * that are set after an `await`.
 */
export const queueTask: (run: () => void) => void =
  typeof setImmediate === 'function'
    ? (run) => void setImmediate(run)
    : inWorkerd || typeof MessageChannel === 'undefined'
      ? (run) => void setTimeout(run)
      : overChannel();

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

/** Queues what need not have a task of its own: many connections share one. */
export const queueTogether: (run: () => void) => void = inWorkerd ? queueTask : inBatches();

function inBatches(): (run: () => void) => void {
  let batch: (() => void)[] = [];
  return (run) => {
    if (batch.length === 0) {
      queueTask(() => {
        const runs = batch;
        batch = [];
        for (const each of runs) each();
      });
    }
    batch.push(run);
  };
}
