/** Randomness of the host. What masks must be unpredictable (RFC 6455 §10.3), so there is no weaker fallback. */

import { UsageError } from '../errors.js';

/** Fills `bytes`. */
export function fillRandom(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  try {
    return crypto.getRandomValues(bytes);
  } catch (cause) {
    throw new UsageError('no_randomness', 'crypto.getRandomValues is missing or failed', { cause });
  }
}
