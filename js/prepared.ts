import { bytesOf, describe, TEXT_OR_BYTES } from './arguments.js';
import { dispose } from './dispose.js';
import { typeError } from './errors.js';
import type { Bytes } from './types.js';
import { Handle } from './wasm/handle.js';

/**
 * A message for many connections: copied once, and compressed once for each kind of compression that they agreed.
 *
 * Its compressed form refers to nothing before it, so a connection with context takeover begins a new history after it.
 * Connections on the other side of a `recycle()` live in another instance, and cannot send it.
 *
 * @example
 * using message = new PreparedMessage(JSON.stringify(news));
 * for (const connection of subscribers) connection.sendPrepared(message);
 */
export class PreparedMessage {
  readonly #handle: Handle;
  #length = 0;

  /** Text is sent as a text message, bytes as a binary one. */
  constructor(data: string | Bytes) {
    this.#handle = new Handle(this, (codec) => {
      this.#length =
        typeof data === 'string' ? codec.writeText(data) : codec.writeBytes(bytesOf('data', data, TEXT_OR_BYTES));
      try {
        return codec.call('codec_prepared_new', Number(typeof data === 'string'), this.#length);
      } finally {
        codec.releaseInput();
      }
    });
  }

  /** What names it in the instance. @internal */
  static handleOf(message: PreparedMessage): Handle {
    if (typeof message === 'object' && message !== null && #handle in message) return message.#handle;
    throw typeError('invalid_argument', `"message" expected PreparedMessage, got ${describe(message)}`);
  }

  /** Bytes of its payload, uncompressed. @internal */
  static lengthOf(message: PreparedMessage): number {
    return message.#length;
  }

  /** Gives back its memory. Sending it throws then; a second `free` does nothing. */
  free(): void {
    this.#handle.free();
  }
}

export interface PreparedMessage extends Disposable {}
dispose(PreparedMessage);
