/**
 * A large whole message of a client, framed and masked in memory of its own: through the output of the core it would be copied
 * more often.
 */

import { lengthOf } from './arguments.js';
import { Opcode } from './constants.js';
import { headerLength, writeHeader } from './unmasked.js';
import type { Codec } from './wasm/codec.js';
import { allocate, writeUtf8 } from './wasm/pool.js';

/** The MASK bit, in the second byte of a header (RFC 6455 §5.2). */
const MASK = 0x80;

const KEY_LENGTH = 4;

/** The frame of a text message of `length` bytes, as UTF-8. */
export function maskedText(codec: Codec, text: string, length: number): Uint8Array<ArrayBuffer> {
  const { frame, payload, key } = maskedHeader(codec, Opcode.Text, length);
  writeUtf8(frame, text, lengthOf(frame) - length, length);
  codec.mask(key, payload, payload);
  return new Uint8Array(frame.buffer);
}

/** The frame of a binary message. */
export function maskedBytes(codec: Codec, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { frame, payload, key } = maskedHeader(codec, Opcode.Binary, lengthOf(bytes));
  codec.mask(key, bytes, payload);
  return new Uint8Array(frame.buffer);
}

/** Memory for a frame, its header written, and the part of it for the payload. */
function maskedHeader(codec: Codec, opcode: number, length: number) {
  const key = codec.maskingKey();
  const end = headerLength(length);
  const frame = allocate(end + KEY_LENGTH + length);
  writeHeader(frame, 0, opcode, length);
  frame[1] = (frame[1] as number) | MASK;
  frame.set([key >>> 24, key >>> 16, key >>> 8, key], end);
  return { frame, payload: frame.subarray(end + KEY_LENGTH), key };
}
