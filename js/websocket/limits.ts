/** The bounds on connections, checked before there is one, by the names that they have here. */

import type { ConnectionLimits } from 'sansocket';

const names = {
  maxMessageSize: true,
  maxFrameSize: true,
  maxFragments: true,
  maxControlFrames: true,
  maxPendingPongBytes: true,
  maxBufferedBytes: true,
} satisfies Record<keyof ConnectionLimits, true>;

/** Refuses what is no set of limits: with a `TypeError` or a `RangeError` that names the wrong one. */
export function checkLimits(limits: ConnectionLimits | undefined): void {
  if (limits === undefined) return;
  if (typeof limits !== 'object' || limits === null)
    throw new TypeError(`"options.limits" expected an object, got ${limits === null ? 'null' : typeof limits}`);
  for (const name of Object.keys(names) as (keyof ConnectionLimits)[]) {
    const value = limits[name];
    if (value === undefined || value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 0))
      continue;
    const message = `"options.limits.${name}" expected a whole number from 0, or Infinity, got ${String(value)}`;
    throw typeof value === 'number' ? new RangeError(message) : new TypeError(message);
  }
}
