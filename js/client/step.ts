/** One step on the way to a connection. */

import type { EventEmitter } from 'node:events';
import { ConnectError, closed, failed } from './errors.js';

/** A socket, a stream or a session of Node's. */
export interface Resource extends EventEmitter {
  readonly destroyed: boolean;
  readonly errored?: Error | null;
  destroy(): unknown;
}

/** How a step is bounded, and what it is called when it fails. */
export interface StepOptions {
  /** What failed, as the beginning of a message: `cannot reach example.com:443`. */
  readonly what: string;
  /** Ends the step, and the resource with it. */
  readonly signal: AbortSignal;
  /** Milliseconds that the step may take; `Infinity` for no limit. */
  readonly timeout: number;
}

/** The longest that a timer can wait: with more, Node's would not wait at all. */
export const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** What a step hears, by the names of the events. */
// biome-ignore lint/suspicious/noExplicitAny: what an event brings depends on its name.
type Listeners = Record<string, (...args: any[]) => void>;

const ignore = () => {};

/**
 * Waits for a resource to get somewhere. If it fails, closes, takes too long or is aborted, it is destroyed and the
 * promise rejected. Nothing listens afterwards, in either case.
 */
export function step<T>(
  resource: Resource,
  { what, signal, timeout }: StepOptions,
  listen: (done: (value: T) => void, fail: (error: unknown) => void) => Listeners,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let listeners: Listeners = {};
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      for (const [event, listener] of Object.entries(listeners)) resource.off(event, listener);
    };
    const done = (value: T) => {
      settle();
      resolve(value);
    };
    const fail = (error: unknown) => {
      settle();
      resource.destroy();
      reject(error);
    };
    const abort = () => fail(signal.reason);
    const lost = (error?: Error | null) => fail(error ? failed(what, error) : closed(what));

    // Between two steps and after the last nobody listens; an error without a listener would end the process.
    resource.on('error', ignore);
    if (signal.aborted) return abort();
    if (resource.destroyed) return lost(resource.errored);
    signal.addEventListener('abort', abort);
    listeners = { error: lost, close: () => lost(), ...listen(done, fail) };
    for (const [event, listener] of Object.entries(listeners)) resource.on(event, listener);
    if (timeout <= LONGEST_TIMEOUT) {
      timer = setTimeout(() => {
        fail(new ConnectError(`${what}: no answer in ${timeout} ms`, { code: 'ERR_TIMEOUT' }));
      }, timeout);
    }
  });
}
