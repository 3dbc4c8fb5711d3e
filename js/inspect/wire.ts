/** Frames as they were on the wire. */

import { payloadBytes } from './payload.js';
import type { FrameRecord } from './records.js';

/** The bytes of a frame whose record has them (`wire`). Throws if it does not: a part of a frame reads as another one. */
export function wireBytes({ wire, n }: FrameRecord): Uint8Array<ArrayBuffer> {
  if (wire === undefined)
    throw new Error(`frame ${n} is not there as bytes: it is longer than what is kept of a message`);
  return payloadBytes({ hex: wire });
}
