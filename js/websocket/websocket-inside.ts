/** What is behind a `WebSocket`: its state, and what happens on its connection as events. */

import type { ServerHandshake } from 'sansocket';
import type { Accepted } from './accepted.js';
import { Driver } from './driver.js';
import { CloseEvent, ErrorEvent, MessageEvent } from './events.js';
import type { Inside } from './inside.js';
import type { Agreement, Ending, Observer } from './observer.js';
import { Sender, type SenderOwner } from './sender.js';
import type { BinaryType, WebSocketOptions } from './websocket.js';

export const State = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const;

/** One object for all who ask or tell: of closures for each there would be more than of everything else. */
export class WebSocketInside implements Inside, Observer, SenderOwner {
  readonly driver: Driver;
  readonly sender: Sender;
  readyState: 0 | 1 | 2 | 3 = State.CONNECTING;
  /** The URL, as text: an object would be the larger part of what an idle connection takes. */
  href = '';
  protocol = '';
  extensions = '';
  binaryType: BinaryType = 'blob';
  #origin = '';
  readonly #target: EventTarget;
  readonly #options: Pick<WebSocketOptions, 'protocol' | 'extensions'>;
  /** Until the connection is open. */
  #accepted: Accepted | undefined;

  /** `target` dispatches the events. `options` are those of its class, unless somebody else has opened the connection. */
  constructor(target: EventTarget, options: WebSocketOptions, accepted: Accepted | undefined) {
    const settings = accepted?.options ?? options;
    this.#target = target;
    this.#options = settings;
    this.#accepted = accepted;
    this.driver = new Driver(this, settings, settings.allowSynchronousEvents);
    this.sender = new Sender(this.driver, this);
  }

  locate(url: URL | undefined): void {
    if (url === undefined) return;
    this.href = url.href;
    this.#origin = url.origin;
  }

  close(code: number | undefined, reason: string): void {
    if (this.readyState === State.CONNECTING) {
      this.readyState = State.CLOSING;
      this.driver.abort(new Error('the connection was closed before it was open'));
    } else if (this.readyState === State.OPEN) {
      this.readyState = State.CLOSING;
      this.sender.close(code, reason);
    }
  }

  async untilClosed(): Promise<void> {
    if (this.readyState === State.CLOSED) return;
    await new Promise((resolve) => this.#target.addEventListener('close', resolve, { once: true }));
  }

  fail(error: Error): void {
    this.readyState = State.CLOSING;
    this.driver.fail(1011, error);
  }

  request(handshake: ServerHandshake): void {
    this.#accepted?.request?.(handshake, this.driver);
  }

  open(agreed: Agreement | undefined): void {
    this.locate(this.#accepted?.urlOf(agreed?.request));
    this.#accepted = undefined;
    if (this.readyState !== State.CONNECTING) return;
    const { protocol = '', extensions = '' } = agreed ?? this.#options;
    this.readyState = State.OPEN;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#target.dispatchEvent(new Event('open'));
  }

  message(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== State.OPEN) return;
    const init = { data: this.#dataOf(data), origin: this.#origin };
    this.#target.dispatchEvent(new MessageEvent('message', init));
  }

  closing(): void {
    if (this.readyState === State.OPEN) this.readyState = State.CLOSING;
  }

  drained(bytes: number, inTurn: boolean): void {
    this.sender.drained(bytes, inTurn);
  }

  closed({ code, reason, wasClean, error }: Ending): void {
    this.readyState = State.CLOSED;
    this.sender.stop();
    if (error !== undefined) this.#target.dispatchEvent(new ErrorEvent('error', { message: error.message, error }));
    this.#target.dispatchEvent(new CloseEvent('close', { code, reason, wasClean }));
  }

  #dataOf(data: string | Uint8Array<ArrayBuffer>): string | Blob | ArrayBuffer {
    if (typeof data === 'string') return data;
    if (this.binaryType === 'blob') return new Blob([data]);
    const { buffer, byteOffset, byteLength } = data;
    return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  }
}
