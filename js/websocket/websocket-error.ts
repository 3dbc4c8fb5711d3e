/** The error of `WebSocketStream` (whatwg/websockets#48). */

import { type CloseInfo, closeInfo } from './close-arguments.js';
import { shapeAsInterface } from './shape.js';

/** What a {@link WebSocketError} says besides its message. */
export interface WebSocketCloseInfo {
  /** 1000 or 3000–4999. Default none, or 1000 if there is a reason. */
  readonly closeCode?: number | undefined;
  /** At most 123 bytes of UTF-8. Default empty. */
  readonly reason?: string | undefined;
}

/** The error of a connection that has ended: with any code, also those that applications may not send, and its cause. */
export let endingError: (message: string, info: CloseInfo, cause: unknown) => WebSocketError;

/**
 * With what an error says to close ("close using reason"): with nothing, unless it is a `WebSocketError`, of ours or of the platform,
 * whose code and reason applications may close with.
 */
export let infoOf: (error: unknown) => CloseInfo;

/**
 * Why a connection did not end cleanly, as the streams and promises of a `WebSocketStream` tell it. Given to `abort()` or
 * `cancel()`, it says with which code and reason to close.
 */
export class WebSocketError extends DOMException {
  #info: CloseInfo;

  /**
   * @param message for a person. Default empty.
   * @throws DOMException `InvalidAccessError` for another code, `SyntaxError` for a reason that is too long.
   */
  constructor(message: unknown = '', init: WebSocketCloseInfo = {}) {
    super(`${message}`, 'WebSocketError');
    this.#info = closeInfo('init', init);
  }

  /** The status code; `null` for none. */
  get closeCode(): number | null {
    return this.#info.code ?? null;
  }

  get reason(): string {
    return this.#info.reason;
  }

  static {
    shapeAsInterface(WebSocketError, 'WebSocketError', 0);
    endingError = (message, info, cause) => {
      const error = new WebSocketError(message);
      error.#info = info;
      if (cause !== undefined)
        Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true });
      return error;
    };
    const toldBy = (error: unknown): WebSocketCloseInfo => {
      if (typeof error === 'object' && error !== null && #info in error) {
        return { closeCode: error.#info.code, reason: error.#info.reason };
      }
      const { WebSocketError: Platform } = globalThis as { WebSocketError?: new () => WebSocketCloseInfo };
      if (typeof Platform !== 'function' || !(error instanceof Platform)) return {};
      // There it is `null` if there is none.
      return { closeCode: error.closeCode ?? undefined, reason: error.reason };
    };
    infoOf = (error) => {
      try {
        return closeInfo('error', toldBy(error));
      } catch {
        // A pipe hands on the error of a connection that was lost, with 1006 or a code that only its peer could send.
        return { code: undefined, reason: '' };
      }
    };
  }
}
