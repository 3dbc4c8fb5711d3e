/** The proof that a server read the handshake of a client (RFC 6455 §1.3). */

import { stringOf } from './arguments.js';
import { Refusal } from './wasm/codec.js';
import { currentCodec } from './wasm/loader.js';
import { fillRandom } from './wasm/random.js';
import { refusalError } from './wasm/refusal.js';

/**
 * The value of `Sec-WebSocket-Accept` that answers a value of `Sec-WebSocket-Key`.
 *
 * @example
 * acceptKey('dGhlIHNhbXBsZSBub25jZQ=='); // 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
 */
export function acceptKey(key: string): string {
  const codec = currentCodec();
  const refusal = codec.call('codec_accept_key', codec.writeText(stringOf('key', key)));
  if (refusal !== Refusal.None) throw refusalError(refusal);
  return String.fromCharCode(...codec.takeOutput());
}

/** Whether `accept` is the answer to `key`, to the letter. */
export function verifyAccept(key: string, accept: string): boolean {
  return acceptKey(key) === stringOf('accept', accept);
}

/** Sixteen random bytes in base64: a value of `Sec-WebSocket-Key`. */
export function randomKey(): string {
  return btoa(String.fromCharCode(...fillRandom(new Uint8Array(16))));
}
