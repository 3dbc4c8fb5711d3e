/** The `WebSocket` of the web platform (WHATWG WebSockets), with the network replaced by a transport. */

import { Accepted } from './accepted.js';
import { closeCode, closeReason } from './close-arguments.js';
import type { DriverOptions } from './driver-options.js';
import { Handlers } from './handlers.js';
import { setInside } from './inside.js';
import { checkOptions, type OpeningOptions, openClient, type Target } from './opening.js';
import { callerHeaders, type HeadersInit, subprotocols, webSocketUrl } from './request.js';
import { shapeAsInterface } from './shape.js';
import type { Connect } from './transport.js';
import { State, WebSocketInside } from './websocket-inside.js';

/** Choices for all connections of a class. */
export interface WebSocketOptions extends OpeningOptions, DriverOptions {
  /**
   * Whether the events of one chunk of input are dispatched in one task (default), or each in its own, with microtasks
   * between.
   */
  readonly allowSynchronousEvents?: boolean | undefined;
}

/** Further arguments of a connection. */
export interface WebSocketInit {
  /** Subprotocols, best first. */
  readonly protocols?: string | Iterable<string> | undefined;
  /** Header fields of the handshake, such as `Authorization`. Those that the handshake writes throw a `TypeError`. */
  readonly headers?: HeadersInit | undefined;
}

/** How the data of a binary message is handed out. */
export type BinaryType = 'blob' | 'arraybuffer';

/** The `message` event. `data` is a string, a `Blob`, or an `ArrayBuffer` of exactly the message's length. */
export interface WebSocketMessageEvent extends Event {
  // biome-ignore lint/suspicious/noExplicitAny: as the platform's declarations have it, so that handlers fit both
  readonly data: any;
  readonly origin: string;
}

/** The `close` event. */
export interface WebSocketCloseEvent extends Event {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** The `error` event. Unlike in a browser it tells the cause: a `ProtocolError`, an `OpeningError`, or what the transport said. */
export interface WebSocketErrorEvent extends Event {
  readonly message: string;
  readonly error: Error;
}

/** The events by their names. */
export interface WebSocketEventMap {
  readonly open: Event;
  readonly message: WebSocketMessageEvent;
  readonly error: WebSocketErrorEvent;
  readonly close: WebSocketCloseEvent;
}

/** What is set as a handler. Its parameter is compared both ways, as that of a method is: handlers of the platform's events fit. */
type HandlerOf<E> = { handle(this: WebSocket, event: E): unknown }['handle'] | null;

/** What is read as a handler: where the platform's `WebSocket` is wanted, this one fits. */
// biome-ignore lint/suspicious/noExplicitAny: the platforms' own types of events are not alike
type AnyHandler = ((event: any) => any) | null;

/** A WebSocket as the platform has it. */
export interface WebSocket extends EventTarget {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
  readonly url: string;
  readonly readyState: 0 | 1 | 2 | 3;
  /** The subprotocol, `''` if none. */
  readonly protocol: string;
  /** The extensions, `''` if none. */
  readonly extensions: string;
  /**
   * Bytes of messages that the transport has not taken: text as UTF-8, without framing. It does not fall while code of yours
   * runs; what listeners do after an `await` may find it fallen.
   */
  readonly bufferedAmount: number;
  binaryType: BinaryType;
  /** Not of the platform: milliseconds that the last answered Ping took; see `pingInterval`. */
  readonly roundTripTime: number | undefined;
  get onopen(): AnyHandler;
  set onopen(handler: HandlerOf<Event>);
  get onmessage(): AnyHandler;
  set onmessage(handler: HandlerOf<WebSocketMessageEvent>);
  get onerror(): AnyHandler;
  set onerror(handler: HandlerOf<WebSocketErrorEvent>);
  get onclose(): AnyHandler;
  set onclose(handler: HandlerOf<WebSocketCloseEvent>);
  /** Sends a message: a string as text; a `Blob`, buffer or view as binary, copied before it returns. */
  send(data: string | Blob | ArrayBuffer | ArrayBufferView): void;
  /** Closes: 1000 or 3000–4999, and at most 123 bytes of reason. */
  close(code?: number, reason?: string): void;
  addEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | { capture?: boolean; once?: boolean; passive?: boolean; signal?: AbortSignal },
  ): void;
  addEventListener(
    type: string,
    // biome-ignore lint/suspicious/noExplicitAny: any listener of events
    listener: ((event: any) => unknown) | { handleEvent(event: any): unknown } | null,
    options?: boolean | { capture?: boolean; once?: boolean; passive?: boolean; signal?: AbortSignal },
  ): void;
  removeEventListener<K extends keyof WebSocketEventMap>(
    type: K,
    listener: (this: WebSocket, event: WebSocketEventMap[K]) => unknown,
    options?: boolean | { capture?: boolean },
  ): void;
  removeEventListener(
    type: string,
    // biome-ignore lint/suspicious/noExplicitAny: any listener of events
    listener: ((event: any) => unknown) | { handleEvent(event: any): unknown } | null,
    options?: boolean | { capture?: boolean },
  ): void;
}

/** A class of the platform's shape. */
export interface WebSocketClass {
  new (url: string | URL, protocols?: string | Iterable<string> | WebSocketInit): WebSocket;
  readonly prototype: WebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

/**
 * Makes a class that behaves as the platform's `WebSocket`, over the transports that `connect` gives. `connect` is
 * called once for each connection, never within the constructor.
 *
 * @example
 * const WebSocket = createWebSocketClass(() => relay.createBidirectionalStream());
 * const socket = new WebSocket('ws://peer/chat', 'chat');
 */
export function createWebSocketClass(connect: Connect, options: WebSocketOptions = {}): WebSocketClass {
  if (typeof connect !== 'function') throw new TypeError('"connect" expected a function that gives a transport');
  checkOptions(options);
  class WebSocket extends EventTarget {
    readonly #inside: WebSocketInside;
    readonly #handlers = new Handlers(this);

    constructor(url: string | URL, protocols?: string | Iterable<string> | WebSocketInit, ..._ignored: never[]) {
      // biome-ignore lint/complexity/noArguments: Web IDL counts them
      if (arguments.length === 0) throw new TypeError('1 argument required, but only 0 present');
      super();
      const accepted = (url as unknown) instanceof Accepted ? (url as unknown as Accepted) : undefined;
      const request = accepted === undefined ? requested(url, protocols) : undefined;
      this.#inside = new WebSocketInside(this, options, accepted);
      this.#inside.locate(request?.url);
      setInside(this, this.#inside);
      const { driver } = this.#inside;
      if (accepted !== undefined) accepted.start(driver);
      else if (request !== undefined) openClient(driver, connect, request, options);
    }

    get url(): string {
      return this.#inside.href;
    }

    get readyState(): 0 | 1 | 2 | 3 {
      return this.#inside.readyState;
    }

    get protocol(): string {
      return this.#inside.protocol;
    }

    get extensions(): string {
      return this.#inside.extensions;
    }

    get bufferedAmount(): number {
      return this.#inside.sender.bufferedAmount;
    }

    get roundTripTime(): number | undefined {
      return this.#inside.driver.roundTripTime;
    }

    get binaryType(): BinaryType {
      return this.#inside.binaryType;
    }

    set binaryType(type: BinaryType) {
      // First, since on what is no WebSocket every setter throws (Web IDL).
      const inside = this.#inside;
      if (type === 'blob' || type === 'arraybuffer') inside.binaryType = type;
    }

    get onopen(): unknown {
      return this.#handlers.get('open');
    }

    set onopen(handler: unknown) {
      this.#handlers.set('open', handler);
    }

    get onmessage(): unknown {
      return this.#handlers.get('message');
    }

    set onmessage(handler: unknown) {
      this.#handlers.set('message', handler);
    }

    get onerror(): unknown {
      return this.#handlers.get('error');
    }

    set onerror(handler: unknown) {
      this.#handlers.set('error', handler);
    }

    get onclose(): unknown {
      return this.#handlers.get('close');
    }

    set onclose(handler: unknown) {
      this.#handlers.set('close', handler);
    }

    send(data: unknown): void {
      // biome-ignore lint/complexity/noArguments: Web IDL counts them
      if (arguments.length === 0) throw new TypeError('1 argument required, but only 0 present');
      const { readyState, sender } = this.#inside;
      if (readyState === State.CONNECTING) throw new DOMException('still connecting', 'InvalidStateError');
      sender.send(data, readyState === State.OPEN);
    }

    close(...[code, reason]: unknown[]): void {
      const checkedCode = closeCode(code);
      this.#inside.close(checkedCode, reason === undefined ? '' : closeReason(reason));
    }
  }

  for (const [name, value] of Object.entries(State)) {
    for (const owner of [WebSocket, WebSocket.prototype]) {
      Object.defineProperty(owner, name, { value, enumerable: true });
    }
  }
  shapeAsInterface(WebSocket, 'WebSocket', 1);
  return WebSocket as unknown as WebSocketClass;
}

/** The arguments of the constructor. An object that is no list has further wishes (whatwg/websockets#42). */
function requested(url: unknown, given: string | Iterable<string> | WebSocketInit | undefined): Target {
  const isInit = typeof given === 'object' && given !== null && !(Symbol.iterator in given);
  const { protocols = [], headers } = isInit ? given : { protocols: given as string | Iterable<string> | undefined };
  const list = typeof protocols === 'object' && protocols !== null ? protocols : [protocols];
  return { url: webSocketUrl(url), protocols: subprotocols(list), headers: callerHeaders(headers as HeadersInit) };
}
