/** The `WebSocketStream` of the web platform (whatwg/websockets#48), with the network replaced by a transport. */

import { UsageError } from 'sansocket';
import { Accepted } from './accepted.js';
import { bytesOf } from './buffer-source.js';
import { type CloseInfo, closeInfo, dictionary } from './close-arguments.js';
import { Deferred } from './deferred.js';
import { Driver } from './driver.js';
import type { DriverOptions } from './driver-options.js';
import { Incoming } from './incoming.js';
import { setInside } from './inside.js';
import type { Agreement, Ending, Observer } from './observer.js';
import { onAbort } from './on-abort.js';
import { checkOptions, type OpeningOptions, openClient } from './opening.js';
import { Outgoing } from './outgoing.js';
import { ownBytes } from './own-bytes.js';
import { callerHeaders, type HeadersInit, subprotocols, webSocketUrl } from './request.js';
import { shapeAsInterface } from './shape.js';
import { Sound, untilSilent } from './silence.js';
import { queueTask } from './tasks.js';
import type { Connect } from './transport.js';
import { endingError, infoOf, type WebSocketCloseInfo, type WebSocketError } from './websocket-error.js';

/** Choices for all connections of a class. */
export interface WebSocketStreamOptions extends OpeningOptions, DriverOptions {}

/** Choices for one connection. */
export interface WebSocketStreamInit {
  /** Subprotocols, best first: a list. Default none. */
  readonly protocols?: Iterable<string> | undefined;
  /** Ends the attempt: `opened` and `closed` reject with its reason. Once the connection is open, it does nothing. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Not of the platform: header fields of the handshake, such as `Authorization`. Those that the handshake writes throw a
   * `TypeError`.
   */
  readonly headers?: HeadersInit | undefined;
}

/** A connection that is open. */
export interface WebSocketOpenInfo {
  /** The messages of the peer, a chunk each: text as a string, binary as bytes that are nobody else's. */
  readonly readable: ReadableStream<string | Uint8Array<ArrayBuffer>>;
  /**
   * The messages to the peer, a chunk each: a buffer or view as binary, copied; anything else as the text that it is when
   * converted. `write()` is fulfilled when the transport has taken the message, `close()` when the peer has closed as well.
   */
  readonly writable: WritableStream<string | ArrayBuffer | ArrayBufferView>;
  /** The subprotocol, `''` if none. */
  readonly protocol: string;
  /** The extensions, `''` if none. */
  readonly extensions: string;
}

/** How a connection has ended. */
export interface WebSocketClosedInfo {
  /** The status code of the peer: 1005 if its Close was empty. */
  readonly closeCode: number;
  readonly reason: string;
}

/** A WebSocket of streams. */
export interface WebSocketStream {
  readonly url: string;
  /** Fulfilled when the connection is open; rejects with a {@link WebSocketError}, or the reason of the signal. */
  readonly opened: Promise<WebSocketOpenInfo>;
  /**
   * Fulfilled when the connection has ended cleanly. Otherwise it rejects with the {@link WebSocketError} with which the
   * streams fail as well: its `closeCode` is the peer's, or 1006 if there was no Close, its `cause` what went wrong.
   */
  readonly closed: Promise<WebSocketClosedInfo>;
  /** Not of the platform: milliseconds that the last answered Ping took; see `pingInterval`. */
  readonly roundTripTime: number | undefined;
  /** Closes. What arrives afterwards is thrown away. */
  close(closeInfo?: WebSocketCloseInfo): void;
}

/** A class of the platform's shape. */
export interface WebSocketStreamClass {
  new (url: string | URL, options?: WebSocketStreamInit): WebSocketStream;
  readonly prototype: WebSocketStream;
}

/**
 * Makes a class that behaves as the platform's `WebSocketStream`, over the transports that `connect` gives. `connect` is
 * called once for each connection, never within the constructor.
 *
 * While nobody reads, nothing more is read from the transport; while the transport takes nothing, `write()` waits.
 *
 * @example
 * const WebSocketStream = createWebSocketStreamClass(() => relay.createBidirectionalStream());
 * const { readable, writable } = await new WebSocketStream('ws://peer/').opened;
 */
export function createWebSocketStreamClass(
  connect: Connect,
  options: WebSocketStreamOptions = {},
): WebSocketStreamClass {
  if (typeof connect !== 'function') throw new TypeError('"connect" expected a function that gives a transport');
  checkOptions(options);
  class WebSocketStream {
    #href: string;
    readonly #driver: Driver;
    readonly #opened = new Deferred<WebSocketOpenInfo>();
    readonly #closed = new Deferred<WebSocketClosedInfo>();
    /** Once it is open. */
    #incoming: Incoming | undefined;
    #outgoing: Outgoing | undefined;
    /** Whether somebody reads. */
    readonly #reading = new Sound();
    /** Whether a message was read since the last one was sent: what is sent next is the answer. */
    #isAnswering = false;
    /** Who has begun to close. */
    #closing: 'nobody' | 'here' | 'peer' = 'nobody';
    /** Until it is open. */
    #signal: AbortSignal | undefined;
    #leaveSignal: (() => void) | undefined;
    readonly #abort = () => this.#driver.abort(new Error('the connection was given up before it was open'));

    constructor(url: string | URL, init?: WebSocketStreamInit) {
      // biome-ignore lint/complexity/noArguments: Web IDL counts them
      if (arguments.length === 0) throw new TypeError('1 argument required, but only 0 present');
      const accepted = (url as unknown) instanceof Accepted ? (url as unknown as Accepted) : undefined;
      const request = accepted === undefined ? requested(url, init) : undefined;
      this.#href = request?.url.href ?? '';
      // Whoever looks at them is told; nobody has to.
      for (const { promise } of [this.#opened, this.#closed]) promise.catch(() => {});
      this.#driver = new Driver(this.#observer(accepted), accepted?.options ?? options);
      setInside(this, {
        driver: this.#driver,
        close: (code, reason) => this.#close({ code, reason }),
        untilClosed: () => this.#closed.promise.catch(() => {}),
      });
      if (request !== undefined) {
        this.#obey(request.signal);
        openClient(this.#driver, connect, request, options);
      } else accepted?.start(this.#driver);
    }

    get url(): string {
      return this.#href;
    }

    get opened(): Promise<WebSocketOpenInfo> {
      return this.#opened.promise;
    }

    get closed(): Promise<WebSocketClosedInfo> {
      return this.#closed.promise;
    }

    get roundTripTime(): number | undefined {
      return this.#driver.roundTripTime;
    }

    close(...[info]: unknown[]): void {
      this.#close(closeInfo('closeInfo', info));
    }

    #close({ code, reason }: CloseInfo): void {
      if (this.#outgoing === undefined) {
        this.#driver.abort(new Error('the connection was closed before it was open'));
      } else if (this.#closing === 'nobody') {
        this.#closing = 'here';
        this.#driver.close(code, reason);
      }
    }

    #obey(signal: AbortSignal | undefined): void {
      this.#signal = signal;
      if (signal?.aborted) this.#abort();
      else if (signal !== undefined) this.#leaveSignal = onAbort(signal, this.#abort);
    }

    #observer(accepted: Accepted | undefined): Observer {
      const settings = accepted?.options ?? options;
      return {
        request: (handshake) => accepted?.request?.(handshake, this.#driver),
        open: (agreed) => {
          if (accepted !== undefined) this.#href = accepted.urlOf(agreed?.request)?.href ?? '';
          this.#open(agreed ?? { protocol: settings.protocol ?? '', extensions: settings.extensions ?? '' });
        },
        message: (data) => {
          // Of a connection that is closing, only the end matters.
          if (this.#closing === 'nobody') this.#incoming?.push(typeof data === 'string' ? data : ownMessage(data));
        },
        collecting: () => this.#outgoing?.taken(),
        closing: () => {
          if (this.#closing !== 'nobody') return undefined;
          this.#closing = 'peer';
          // As long as somebody reads on, there may be answers.
          return untilSilent(this.#reading);
        },
        drained: () => this.#outgoing?.taken(),
        losing: (error) => {
          const failure = this.#failure({ code: 1006, reason: '', error });
          this.#outgoing?.error(failure);
          this.#closed.reject(failure);
        },
        closed: (ending) => this.#end(ending),
      };
    }

    #open({ protocol, extensions }: Pick<Agreement, 'protocol' | 'extensions'>): void {
      if (this.#driver.finished) return;
      this.#leaveSignal?.();
      const close = (reason?: unknown) => this.#close(infoOf(reason));
      const incoming = new Incoming({
        read: () => {
          this.#reading.make();
          this.#isAnswering = true;
        },
        pause: () => this.#driver.pause(),
        resume: () => this.#driver.resume(),
        cancel: close,
      });
      const outgoing = new Outgoing({
        send: (chunk) => this.#send(chunk),
        close: () => close(),
        abort: close,
      });
      this.#incoming = incoming;
      this.#outgoing = outgoing;
      this.#opened.resolve({ readable: incoming.readable, writable: outgoing.writable, protocol, extensions });
    }

    /** Sends a message, which counts as one. Whether it has to wait for nothing. */
    #send(chunk: unknown): boolean {
      const data = bytesOf(chunk) ?? `${chunk}`;
      // One answer to each message does not wait for the transport: the next would come too late for the Close behind them.
      const isCollected = this.#driver.isCollecting && this.#isAnswering;
      this.#isAnswering = false;
      if (isCollected) this.#reading.make();
      try {
        if (typeof data === 'string') this.#driver.connection.sendText(data);
        else this.#driver.connection.sendBinary(data);
        this.#driver.sent(isCollected ? 0 : 1);
        return isCollected;
      } catch (error) {
        // The connection is closing: the message waits for the end, which fails it.
        if (!(error instanceof UsageError && error.code === 'not_open')) this.#driver.fail(1011, error as Error);
        return false;
      }
    }

    #end({ code, reason, wasClean, error }: Ending): void {
      const incoming = this.#incoming;
      const outgoing = this.#outgoing;
      // A message that the peer did not wait for is lost.
      const isComplete = this.#closing !== 'peer' || outgoing?.isSending !== true;
      if (wasClean && isComplete) {
        incoming?.close();
        // In between, a pipe from the one to the other comes to its end.
        queueTask(() => {
          outgoing?.close();
          this.#closed.resolve({ closeCode: code, reason });
        });
        return;
      }
      const failure = this.#failure({ code, reason, error });
      incoming?.error(failure);
      outgoing?.error(failure);
      this.#opened.reject(failure);
      this.#closed.reject(failure);
    }

    #failure({ code, reason, error }: Pick<Ending, 'code' | 'reason' | 'error'>): unknown {
      const signal = this.#signal;
      this.#leaveSignal?.();
      if (this.#outgoing === undefined && signal?.aborted) return signal.reason;
      const message = error?.message ?? 'the peer closed before a message was sent';
      return endingError(message, { code, reason }, error);
    }
  }

  shapeAsInterface(WebSocketStream, 'WebSocketStream', 1);
  return WebSocketStream as unknown as WebSocketStreamClass;
}

/** The arguments of the constructor. */
function requested(url: unknown, given: unknown) {
  const { headers, protocols, signal } = dictionary('options', given);
  if (protocols !== undefined && (typeof protocols !== 'object' || protocols === null)) {
    throw new TypeError(`"options.protocols" expected a list, got ${typeof protocols}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('"options.signal" expected an AbortSignal');
  }
  return {
    url: webSocketUrl(url),
    protocols: subprotocols((protocols ?? []) as Iterable<unknown>),
    headers: callerHeaders(headers as HeadersInit | undefined),
    signal,
  };
}

/** Small messages share memory inside, and must not show it. */
const ownMessage = (data: Uint8Array<ArrayBuffer>) => ownBytes(data) as Uint8Array<ArrayBuffer>;
