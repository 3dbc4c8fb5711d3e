/** Joins a `Connection`, which has no socket, to a transport, which has no protocol. */

import { type ClientHandshake, type Connection, type ConnectionEvent, ServerHandshake, UsageError } from 'sansocket';
import { Timer } from './clock.js';
import { type DriverOptions, type DriverSettings, driverSettings } from './driver-options.js';
import { Heartbeat } from './heartbeat.js';
import { openingError } from './opening-error.js';
import type { Wire } from './source.js';
import { queueTask, queueTogether } from './tasks.js';

/** How a connection ended. */
export interface Ending {
  /** The peer's status code: 1005 if its Close was empty, 1006 if there was none. */
  readonly code: number;
  readonly reason: string;
  /** Whether both Close frames went over the wire and nothing was lost. */
  readonly wasClean: boolean;
  /** Why the connection failed, if it did. */
  readonly error: Error | undefined;
}

/** Who is told what happens on a connection, always in a task. */
export interface Observer {
  /** A request has arrived: accept or reject it, now or later, then call {@link Driver.decided}. Servers only. */
  request?(handshake: ServerHandshake): void;
  /** The connection is open. `handshake` is `undefined` if there was none. */
  open(handshake: ClientHandshake | ServerHandshake | undefined): void;
  /** A whole message. */
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /** The peer wants to close. */
  closing(): void;
  /** The transport has taken so many bytes of the caller's. */
  drained(bytes: number): void;
  /** It is over. Nothing follows. */
  closed(ending: Ending): void;
}

type Handshake = ClientHandshake | ServerHandshake;

/** The driver of one connection. It holds the locks of the transport from `start` to the end. */
export class Driver {
  readonly #observer: Observer;
  readonly #settings: DriverSettings;
  readonly #heartbeat: Heartbeat;
  /** Of the handshake, later of the closing. */
  readonly #deadline: Timer;

  #wire: Wire | undefined;
  #handshake: Handshake | undefined;
  #connection: Connection | undefined;
  #opened = false;
  #requested = false;
  #closing = false;

  /** The peer's Close. */
  #close: { readonly code: number; readonly reason: string } | undefined;
  #error: Error | undefined;
  #finished = false;

  /** Whether the input is being handled: what is sent meanwhile goes out in one piece at the end. */
  #busy = false;
  #flushQueued = false;
  /** Whether the transport has not taken the last write yet. */
  #writing = false;
  /** Bytes of the caller among what was not written yet. */
  #unwritten = 0;
  #inputEnded = false;
  /** Between tasks: within one, `bufferedAmount` does not fall. */
  readonly #drainedLater = (count: number) => queueTogether(() => this.#observer.drained(count));
  #output: 'open' | 'ending' | 'ended' = 'open';

  constructor(observer: Observer, options: DriverOptions) {
    this.#observer = observer;
    this.#settings = driverSettings(options);
    this.#deadline = new Timer(this.#settings.clock);
    this.#heartbeat = new Heartbeat(this.#settings, {
      ping: (data) => {
        if (this.#connection?.state !== 'open') return;
        this.#connection.sendPing(data);
        this.#flushSoon();
      },
      gone: (error) => this.abort(error),
    });
  }

  /** The milliseconds that the last answered Ping took; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#heartbeat.roundTripTime;
  }

  /** Whether it is over, and the handshake freed. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Begins to count the time of the handshake. */
  begin(): void {
    const { handshakeTimeout } = this.#settings;
    this.#deadline.set(handshakeTimeout, () => {
      // Of a refusal the end may be missing.
      const refusal = this.#handshake && openingError(this.#handshake, true);
      const late = `the connection was not open within ${handshakeTimeout} ms`;
      this.abort(refusal ?? new DOMException(late, 'TimeoutError'));
    });
  }

  /** Takes over a transport: performs a handshake on it, or goes on with a connection that is open. */
  start(wire: Wire, opening: Handshake | Connection): void {
    this.#wire = wire;
    if ('sendText' in opening) this.#connection = opening;
    else this.#handshake = opening;
    wire.start({
      data: (bytes) => this.#receive(bytes),
      end: () => this.#receiveEnd(),
      fail: (reason) => this.#lose(reason),
    });
    this.#flush();
    queueTask(() => this.#advance());
  }

  /** Tells why a request is refused, before it is. */
  refused(error: Error): void {
    this.#error ??= error;
  }

  /** Goes on after a request was accepted or rejected. */
  decided(): void {
    this.#advance();
  }

  /**
   * Sends a message that counts so many bytes for {@link Observer.drained}. What is sent in one task, or while input is
   * handled, goes out in one piece. Throws what `Connection` throws.
   */
  send(bytes: number, send: (connection: Connection) => void): void {
    if (this.#connection === undefined) throw new UsageError('not_open', 'the connection is not open');
    send(this.#connection);
    this.#unwritten += bytes;
    this.#flushSoon();
  }

  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void {
    if (this.#connection?.state !== 'open') return;
    this.#connection.sendClose(code, reason);
    this.#beginClosing();
    this.#flushSoon();
  }

  /** Fails the connection from this side (RFC 6455 §7.1.7): what was sent before and a Close, and no waiting. */
  fail(code: number, error: Error): void {
    this.#error ??= error;
    if (this.#connection === undefined) this.abort(error);
    else if (this.#connection.state !== 'closed') {
      this.#connection.fail(code);
      this.#beginClosing();
      this.#flushSoon();
    }
  }

  /** Resets the transport. */
  abort(error: Error): void {
    if (this.#finished) return;
    this.#error ??= error;
    this.#finish();
    this.#release(error);
  }

  /** Reads nothing until {@link resume}, unless the connection is closing: the Close must be found. */
  pause(): void {
    if (!this.#closing) this.#wire?.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#wire?.resume();
  }

  #receive(bytes: Uint8Array): void {
    // Of a failed connection everything is thrown away (RFC 6455 §7.1.7).
    if (this.#finished) return;
    (this.#connection ?? this.#handshake)?.receiveData(bytes);
    this.#advance();
  }

  #receiveEnd(): void {
    this.#inputEnded = true;
    if (this.#finished) {
      this.#releaseIfDue();
      return;
    }
    (this.#connection ?? this.#handshake)?.receiveEof();
    this.#advance();
    this.#releaseIfDue();
  }

  /** The transport is gone. After both Close frames that harms nobody. */
  #lose(reason: unknown): void {
    if (!this.#exchangedCloses) this.#error ??= new Error('the transport was lost', { cause: reason });
    this.#finish();
    this.#release(reason);
  }

  get #exchangedCloses(): boolean {
    return this.#close !== undefined && this.#connection?.state !== 'open' && !this.#writing && !this.#flushQueued;
  }

  /** Handles what the input has led to, and writes the answers. */
  #advance(): void {
    if (this.#busy || this.#finished) return;
    this.#busy = true;
    try {
      this.#open();
      this.#handleEvents();
    } finally {
      this.#busy = false;
    }
    // The listeners of this task have run: what the transport takes counts as taken now.
    this.#flush((count) => this.#observer.drained(count));
  }

  #open(): void {
    const handshake = this.#handshake;
    if (handshake instanceof ServerHandshake && handshake.request !== undefined && !this.#requested) {
      this.#requested = true;
      this.#observer.request?.(handshake);
    }
    this.#connection ??= handshake?.connection;
    if (this.#connection === undefined) {
      if (handshake !== undefined) this.#error ??= openingError(handshake, this.#inputEnded);
      return;
    }
    if (this.#opened) return;
    this.#opened = true;
    this.#deadline.cancel();
    this.#heartbeat.start();
    this.#observer.open(handshake);
  }

  #handleEvents(): void {
    // A listener may end everything.
    while (this.#connection !== undefined && !this.#finished) {
      const { done, value } = this.#connection.events().next();
      if (done) return;
      this.#handle(value);
    }
  }

  #handle(event: ConnectionEvent): void {
    switch (event.type) {
      case 'text':
      case 'binary':
        this.#observer.message(event.data);
        break;
      case 'pong':
        this.#heartbeat.pong(event.data);
        break;
      case 'close':
        this.#close = event;
        this.#beginClosing();
        this.#observer.closing();
        break;
      case 'error':
        this.#error ??= event.error;
        this.#beginClosing();
        break;
    }
  }

  /** From the first Close on, there is a time limit. */
  #beginClosing(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#heartbeat.stop();
    const { closeTimeout } = this.#settings;
    this.#deadline.set(closeTimeout, () => {
      if (!this.#exchangedCloses) this.#error ??= new Error(`the connection was not closed within ${closeTimeout} ms`);
      this.#finish();
      this.#release(this.#error);
    });
    this.#wire?.resume();
  }

  #flushSoon(): void {
    if (this.#busy || this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  /** Writes all there is in one piece, unless the transport is not done with the last; then ends what is due. */
  #flush(drained = this.#drainedLater): void {
    if (this.#busy || this.#writing || this.#finished || this.#output !== 'open' || this.#wire === undefined) return;
    const bytes = this.#takeOutput();
    if (bytes === undefined) {
      this.#endIfDue(this.#wire);
      return;
    }
    const count = this.#unwritten;
    this.#unwritten = 0;
    try {
      const written = this.#wire.write(bytes);
      if (written === undefined) this.#written(count, drained);
      else {
        this.#writing = true;
        written.then(
          () => {
            this.#writing = false;
            this.#written(count, this.#drainedLater);
          },
          (reason) => this.#lose(reason),
        );
      }
    } catch (reason) {
      this.#lose(reason);
    }
  }

  /** The answer to a request goes before the first frame. */
  #takeOutput(): Uint8Array<ArrayBuffer> | undefined {
    const [head] = this.#handshake?.dataToSend() ?? [];
    if (head !== undefined || !this.#opened) return head;
    this.#handshake?.free();
    this.#handshake = undefined;
    return this.#connection?.dataToSend(this.#wire)[0];
  }

  #written(count: number, drained: (count: number) => void): void {
    if (count > 0) drained(count);
    this.#flush(drained);
  }

  /** Ends our direction once nothing will be sent any more. */
  #endIfDue(wire: Wire): void {
    const connection = this.#connection;
    if (connection === undefined) {
      if (this.#error === undefined) return;
    } else if (!connection.writeEnded) return;
    this.#output = 'ending';
    this.#beginClosing();
    Promise.resolve(wire.end()).then(
      () => {
        this.#output = 'ended';
        // For the end of a failed connection nobody has to wait.
        if (this.#error !== undefined || this.#inputEnded) this.#finish();
        this.#releaseIfDue();
      },
      (reason) => this.#lose(reason),
    );
  }

  /** Tells the end. The transport may still have to send what is in it, and to receive what is thrown away. */
  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#heartbeat.stop();
    const error = this.#error;
    const { code, reason } = this.#close ?? { code: 1006, reason: '' };
    const wasClean = error === undefined && this.#close !== undefined;
    this.#handshake?.free();
    this.#connection?.free();
    this.#handshake = undefined;
    this.#connection = undefined;
    queueTask(() => this.#observer.closed({ code, reason, wasClean, error }));
  }

  #releaseIfDue(): void {
    if (!this.#inputEnded || this.#output !== 'ended') return;
    this.#finish();
    this.#deadline.cancel();
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.close();
  }

  /** Gives the transport up. */
  #release(reason: unknown): void {
    this.#deadline.cancel();
    const wire = this.#wire;
    this.#wire = undefined;
    wire?.abort(reason);
    wire?.close();
  }
}
