/** Payload of records as bytes. */

import { decodeBase64 } from '../wasm/base64.js';
import type { Payload } from './records.js';

/** The bytes of a payload, as far as the record has them; empty for a record without one. */
export function payloadBytes({ text, base64, hex }: Payload = {}): Uint8Array<ArrayBuffer> {
  if (text !== undefined) return new TextEncoder().encode(text);
  if (base64 !== undefined) return decodeBase64(base64);
  return Uint8Array.from(hex?.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
