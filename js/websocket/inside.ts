/** What is behind a `WebSocket` or a `WebSocketStream` of ours, for functions that are not of the platform. */

import type { Driver } from './driver.js';
import type { Sender } from './sender.js';

export interface Inside {
  readonly driver: Driver;
  /** Not of a stream, which sends one message after the other. */
  readonly sender?: Sender;
  /** As `close()`, with the codes that endpoints may send beside those that applications may. */
  close(code: number | undefined, reason: string): void;
  /** Fulfilled once the end was told. */
  untilClosed(): Promise<unknown>;
}

/** Where they are: of all copies of this package, since a program may have it as an ECMAScript module and by `require`. */
const INSIDES = Symbol.for('sansocket.insides');

function insides(): WeakMap<object, Inside> {
  const shared = globalThis as { [INSIDES]?: WeakMap<object, Inside> };
  shared[INSIDES] ??= new WeakMap();
  return shared[INSIDES];
}

export function setInside(socket: object, inside: Inside): void {
  insides().set(socket, inside);
}

/** What is behind a socket; one that is not ours throws. */
export function insideOf(socket: object): Inside {
  const inside = insides().get(socket);
  if (inside === undefined) throw new TypeError('"socket" expected a WebSocket that this package made');
  return inside;
}
