/** The bytes that records carry. */

import { payloadBytes } from '../../../../pkg/inspect/payload.js';
import type { FrameRecord } from '../../../../pkg/inspect/records.js';
import { hexOf } from '../../../../pkg/inspect/visible.js';
import { frameBytes } from '../conversation.js';

/** A frame with its bytes. For a message of a source that has no frames one is made. */
export function framed(frame: FrameRecord): FrameRecord {
  if (frame.wire !== undefined || frame.off !== undefined) return frame;
  const key = frame.dir === 'c2s' ? new Uint8Array(4) : undefined;
  return { ...frame, wire: hexOf(frameBytes(0x80 | frame.op, payloadBytes(frame.payload), key)) };
}
