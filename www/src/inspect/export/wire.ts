/** The bytes that records carry. */

import type { FrameRecord, Payload } from '../../../../pkg/inspect/records.js';
import { hexOf } from '../../../../pkg/inspect/visible.js';
import { frameBytes } from '../conversation.js';

export function hexBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(text.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** The bytes of a payload, as far as the record has them. */
export function payloadBytes({ text, hex, base64 }: Payload = {}): Uint8Array<ArrayBuffer> {
  if (text !== undefined) return new TextEncoder().encode(text);
  if (hex !== undefined) return hexBytes(hex);
  return Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
}

/** A frame with its bytes. For a message of a source that has no frames one is made. */
export function framed(frame: FrameRecord): FrameRecord {
  if (frame.wire !== undefined || frame.off !== undefined) return frame;
  const key = frame.dir === 'c2s' ? new Uint8Array(4) : undefined;
  return { ...frame, wire: hexOf(frameBytes(0x80 | frame.op, payloadBytes(frame.payload), key)) };
}
