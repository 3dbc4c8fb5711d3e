/** Joins a `Connection`, which has no socket, to a transport, which has no protocol. */

import { type ClientHandshake, type Connection, type ConnectionEvent, ServerHandshake, UsageError } from 'sansocket';
import { Timer } from './clock.js';
import { type DriverOptions, type DriverSettings, driverSettings } from './driver-options.js';
import { Heartbeat } from './heartbeat.js';
import type { Agreement, Observer } from './observer.js';
import { openingError } from './opening-error.js';
import { quietly } from './quietly.js';
import { BODY_TIMEOUT, RefusalBody } from './refusal-body.js';
import type { Wire, WireSink } from './source.js';
import { Steps } from './steps.js';
import { queueTask } from './tasks.js';
import { letGo } from './wire.js';

type Handshake = ClientHandshake | ServerHandshake;

/** The driver of one connection. It holds the locks of the transport from `start` to the end. */
export class Driver implements WireSink {
  readonly #observer: Observer;
  /** What the observer is told. */
  readonly #steps: Steps;
  readonly #settings: DriverSettings;
  /** Where Pings are wanted. */
  readonly #heartbeat: Heartbeat | undefined;
  /** Of the handshake, later of the closing. */
  readonly #deadline: Timer;

  #attempt: AbortController | undefined;
  #wire: Wire | undefined;
  #handshake: Handshake | undefined;
  #connection: Connection | undefined;
  #opened = false;
  #requested = false;
  #closing = false;
  /** The subprotocols of which the server has to choose one. */
  #offered: readonly string[] = [];
  /** Whether the time limit of the closing was set from outside. */
  #limited = false;

  /** Of a refusal, if more of it may come. */
  #body: RefusalBody | undefined;

  /** The peer's Close. */
  #close: { readonly code: number; readonly reason: string } | undefined;
  #error: Error | undefined;
  #finished = false;

  /** Whether the input is being handled: what is sent meanwhile goes out in one piece at the end. */
  #busy = false;
  #flushQueued = false;
  /** Whether a Close is owed to the peer, and not every message before it has had its turn. */
  #owing = false;
  /** Whether the observer has no room for more. */
  #paused = false;
  /** Whether messages wait for their turn. */
  #behind = false;
  /** Whether the transport has not taken the last write yet. */
  #writing = false;
  /** What the messages that were not written yet count. */
  #unwritten = 0;
  #inputEnded = false;
  #output: 'open' | 'ending' | 'ended' = 'open';

  /** `together`: whether what one chunk leads to is told in one task. */
  constructor(observer: Observer, options: DriverOptions, together = true) {
    this.#observer = observer;
    this.#steps = new Steps(together);
    this.#settings = driverSettings(options);
    this.#deadline = new Timer(this.#settings.clock);
    if (this.#settings.pingInterval !== Number.POSITIVE_INFINITY) {
      this.#heartbeat = new Heartbeat(this.#settings, {
        ping: (data) => this.#ping(data),
        gone: (error) => this.abort(error),
      });
    }
  }

  /** The milliseconds that the last answered Ping took; `undefined` before the first. */
  get roundTripTime(): number | undefined {
    return this.#heartbeat?.roundTripTime;
  }

  /** Whether it is over, and the handshake freed. */
  get finished(): boolean {
    return this.#finished;
  }

  /**
   * Whether a Close is owed to the peer, and what answers the messages before it is collected until they all had their turn,
   * though the transport would take it.
   */
  get isCollecting(): boolean {
    return this.#owing && !this.#writing;
  }

  /** Begins to count the time of the handshake. `attempt` is aborted if the connection ends before it is open. */
  begin(attempt?: AbortController): void {
    this.#attempt = attempt;
    const { handshakeTimeout } = this.#settings;
    this.#deadline.limit(handshakeTimeout, () => {
      const late = `the connection was not open within ${handshakeTimeout} ms`;
      this.abort(this.#refusal ?? new DOMException(late, 'TimeoutError'));
    });
  }

  /** Why the handshake has failed, if that is known, though the end of what says so may be missing. */
  get #refusal(): Error | undefined {
    return this.#handshake && openingError(this.#handshake, true, this.#offered);
  }

  /**
   * Takes over a transport: performs a handshake on it, or goes on with a connection that is open.
   *
   * @param offered the subprotocols that were offered, for a client. A server that chooses none of them fails the
   * connection (WHATWG WebSockets §2.2).
   */
  start(wire: Wire, opening: Handshake | Connection, offered: readonly string[] = []): void {
    this.#wire = wire;
    this.#offered = offered;
    if ('sendText' in opening) this.#connection = opening;
    else this.#handshake = opening;
    wire.start(this);
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

  /** What messages are sent on; tell {@link sent} of each. Throws a `UsageError` if there is no connection. */
  get connection(): Connection {
    if (this.#connection === undefined) throw new UsageError('not_open', 'the connection is not open');
    return this.#connection;
  }

  /**
   * A message was sent that counts so much for {@link Observer.drained}. What is sent in one task, or while input is
   * handled, goes out in one piece.
   */
  sent(count: number): void {
    this.#unwritten += count;
    this.#flushSoon();
  }

  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void {
    const connection = this.#connection;
    if (connection?.state !== 'open') return;
    this.#beginClosing();
    this.#guard(() => connection.sendClose(code, reason));
    this.#flushSoon();
  }

  /** Allows no more than so many milliseconds from now until the end, instead of the `closeTimeout`. */
  endWithin(milliseconds: number): void {
    // It is over, and nothing is held any more.
    if (this.#finished && this.#wire === undefined) return;
    this.#limited = true;
    this.#limit(milliseconds);
  }

  /** Fails the connection from this side (RFC 6455 §7.1.7): what was sent before and a Close, and no waiting. */
  fail(code: number, error: Error): void {
    this.#error ??= error;
    const connection = this.#connection;
    if (connection === undefined) this.abort(error);
    else if (connection.state !== 'closed') {
      this.#beginClosing();
      this.#guard(() => connection.fail(code));
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
    this.#paused = true;
    this.#steer();
  }

  /** Reads on. */
  resume(): void {
    this.#paused = false;
    this.#steer();
  }

  /** Reads, or not. */
  #steer(): void {
    if (this.#behind || (this.#paused && !this.#closing)) {
      this.#heartbeat?.hold();
      this.#wire?.pause();
    } else {
      this.#heartbeat?.listen();
      this.#wire?.resume();
    }
  }

  /** A message that cannot be told at once. Nothing more is read until it was, or a peer could make ever more of them wait. */
  #tellLater(data: string | Uint8Array<ArrayBuffer>): void {
    this.#steps.run(() => this.#observer.message(data));
    if (this.#behind) return;
    this.#behind = true;
    this.#steer();
    // When the messages of this chunk had their turn.
    queueMicrotask(() =>
      this.#steps.run(() => {
        this.#behind = false;
        this.#steer();
      }),
    );
  }

  /** A call of the codec. It throws where the host has no randomness or no memory any more: then the connection is over. */
  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.abort(error as Error);
    }
  }

  /** Whether a Ping could be sent. */
  #ping(data: string): boolean {
    const connection = this.#connection;
    if (connection?.state !== 'open') return false;
    try {
      connection.sendPing(data);
    } catch (error) {
      // Behind so much that the transport does not take, a Ping would tell nothing.
      if (!(error instanceof UsageError && error.code === 'buffer_full')) this.abort(error as Error);
      return false;
    }
    this.#flushSoon();
    return true;
  }

  /** Of the wire: bytes have arrived. */
  received(bytes: Uint8Array): void {
    // Of a failed connection everything is thrown away (RFC 6455 §7.1.7).
    if (this.#finished) return;
    this.#heartbeat?.heard();
    this.#body?.push(bytes);
    try {
      (this.#connection ?? this.#handshake)?.receiveData(bytes);
    } catch (error) {
      this.abort(error as Error);
    }
    this.#advance();
  }

  /** Of the wire: the peer has ended its direction. What was received before comes first, and can still be answered. */
  ended(): void {
    this.#steps.run(() => this.#receiveEnd());
  }

  /** Of the wire: it is gone. */
  lost(reason: unknown): void {
    this.#steps.run(() => this.#lose(reason));
  }

  /** Of the wire: it is gone, but for what was not read. Nobody may ever read that. */
  losing(reason: unknown): void {
    if (this.#observer.losing === undefined || this.#finished || this.#exchangedCloses) return;
    this.#error ??= lossOf(reason);
    this.#heartbeat?.stop();
    this.#observer.losing(this.#error);
  }

  #receiveEnd(): void {
    this.#inputEnded = true;
    if (this.#finished) {
      this.#releaseIfDue();
      return;
    }
    this.#guard(() => (this.#connection ?? this.#handshake)?.receiveEof());
    this.#advance();
    this.#releaseIfDue();
  }

  /** The transport is gone. After both Close frames that harms nobody. */
  #lose(reason: unknown): void {
    if (!this.#exchangedCloses) this.#error ??= this.#refusal ?? lossOf(reason);
    this.#finish();
    this.#release(reason);
  }

  get #exchangedCloses(): boolean {
    const written = !this.#writing && !this.#flushQueued && !this.#owing;
    return written && this.#close !== undefined && this.#connection?.state !== 'open';
  }

  /** Handles what the input has led to, and writes the answers. */
  #advance(): void {
    if (this.#busy || this.#finished) return;
    this.#busy = true;
    try {
      if (!this.#opened) this.#open();
      this.#handleEvents();
    } catch (error) {
      this.abort(error as Error);
    } finally {
      this.#busy = false;
    }
    this.#flush(true);
  }

  #open(): void {
    const handshake = this.#handshake;
    if (handshake instanceof ServerHandshake && handshake.request !== undefined && !this.#requested) {
      this.#requested = true;
      this.#observer.request?.(handshake);
    }
    if (handshake !== undefined) {
      const isWhole = this.#inputEnded || this.#body?.isWhole === true;
      this.#error ??= openingError(handshake, isWhole, this.#offered);
      if (this.#error === undefined && handshake.error !== undefined) this.#awaitBody(handshake as ClientHandshake);
    }
    this.#connection ??= this.#error === undefined ? handshake?.connection : undefined;
    if (this.#connection === undefined) return;
    this.#opened = true;
    this.#deadline.cancel();
    this.#heartbeat?.start();
    const agreed = handshake && agreementOf(handshake);
    this.#steps.run(() => this.#observer.open(agreed));
    // A handler that is set once the connection was awaited misses nothing of what came with the answer.
    this.#steps.pause();
  }

  /** What a refusal says beside its status is worth a moment. */
  #awaitBody(handshake: ClientHandshake): void {
    // To read the response each time would be to copy it each time.
    const response = this.#body === undefined ? handshake.response : undefined;
    if (response === undefined) return;
    this.#body = new RefusalBody(response);
    if (this.#body.isWhole) {
      this.#error = this.#refusal;
      return;
    }
    const moment = Math.min(this.#settings.handshakeTimeout, BODY_TIMEOUT);
    this.#deadline.limit(moment, () => this.abort(this.#refusal ?? new Error('the refusal is gone')));
  }

  #handleEvents(): void {
    // A listener may end everything.
    while (!this.#finished) {
      const event = this.#connection?.events().next().value;
      if (event === undefined) return;
      this.#handle(event);
    }
  }

  #handle(event: ConnectionEvent): void {
    switch (event.type) {
      case 'text':
      case 'binary':
        if (this.#steps.isFree) this.#observer.message(event.data);
        else this.#tellLater(event.data);
        break;
      case 'pong':
        this.#heartbeat?.pong(event.data);
        break;
      case 'close':
        this.#close = event;
        this.#oweClose(() => this.#observer.closing());
        break;
      case 'error':
        this.#error ??= event.error;
        this.#oweClose();
        break;
    }
  }

  /**
   * The codec owes the peer a Close: the answer to its own, or the one that says what it did wrong. What answers the messages
   * before that goes first, so nothing is written until they have had their turn and the promises of their listeners have run.
   */
  #oweClose(step?: () => void | Promise<void>): void {
    this.#beginClosing();
    this.#owing = true;
    // Without any that was sent, whoever waits has come too late: it was refused, and the end tells so.
    if (this.isCollecting && this.#unwritten > 0 && this.#observer.collecting !== undefined) {
      this.#unwritten = 0;
      this.#observer.collecting();
    }
    if (step !== undefined) this.#steps.alone(step);
    this.#steps.alone(() => {
      this.#owing = false;
      this.#flush();
    });
  }

  /** From the first Close on, there is a time limit. */
  #beginClosing(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#heartbeat?.stop();
    if (!this.#limited) this.#limit(this.#settings.closeTimeout);
    this.#steer();
  }

  /** When the time is over, the transport is reset. After both Close frames that harms nobody. */
  #limit(milliseconds: number): void {
    this.#deadline.limit(milliseconds, () => {
      if (!this.#exchangedCloses) this.#error ??= new Error(`the connection was not closed within ${milliseconds} ms`);
      this.#finish();
      this.#release(this.#error);
    });
  }

  #flushSoon(): void {
    if (this.#busy || this.#flushQueued) return;
    this.#flushQueued = true;
    queueMicrotask(() => {
      this.#flushQueued = false;
      this.#flush();
    });
  }

  /** Writes all there is, unless the transport is not done with the last; then ends what is due. */
  #flush(inTurn = false): void {
    const stopped = this.#busy || this.#writing || this.#owing || this.#finished || this.#output !== 'open';
    if (stopped || this.#wire === undefined) return;
    const pieces = this.#takeOutput();
    if (pieces.length === 0) {
      this.#endIfDue();
      return;
    }
    const count = this.#unwritten;
    this.#unwritten = 0;
    try {
      const writing = this.#wire.writeAll(pieces);
      if (writing === undefined) this.#written(count, inTurn);
      else this.#waitFor(writing, count);
    } catch (reason) {
      this.#lose(reason);
    }
  }

  /** Writes nothing more until the transport has taken what it has. */
  #waitFor(writing: PromiseLike<void>, count: number): void {
    this.#writing = true;
    writing.then(
      () => {
        this.#writing = false;
        // The transport was full, and is not any more.
        this.#heartbeat?.heard();
        this.#written(count, false);
        this.#flush();
      },
      (reason) => this.#lose(reason),
    );
  }

  /** All that is to be written. The answer to a request goes before the first frame. */
  #takeOutput(): Uint8Array<ArrayBuffer>[] {
    try {
      if (this.#handshake === undefined) return this.#connection?.dataToSend(this.#wire) ?? [];
      const head = this.#handshake.dataToSend();
      if (!this.#opened) return head;
      this.#handshake.free();
      this.#handshake = undefined;
      return [...head, ...this.#takeOutput()];
    } catch (error) {
      this.abort(error as Error);
      return [];
    }
  }

  #written(count: number, inTurn: boolean): void {
    if (this.#finished) return;
    if (count > 0) this.#observer.drained(count, inTurn);
    this.#endIfDue();
  }

  /** Ends our direction once nothing will be sent any more. */
  #endIfDue(): void {
    const connection = this.#connection;
    const wire = this.#wire;
    const isDue = connection === undefined ? this.#error !== undefined : connection.writeEnded;
    if (!isDue || wire === undefined) return;
    this.#output = 'ending';
    this.#beginClosing();
    // The peer is gone: nothing depends on our own end, and of one that has reset, Node's TLS never says that it is through.
    if (this.#error !== undefined && this.#inputEnded) this.#finish();
    new Promise((resolve) => resolve(wire.end())).then(
      () => {
        this.#output = 'ended';
        // To a refusal there is nothing to add.
        if (this.#handshake !== undefined && !(this.#handshake instanceof ServerHandshake)) this.#inputEnded = true;
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
    this.#heartbeat?.stop();
    const error = this.#error;
    if (!this.#opened) this.#attempt?.abort(error);
    const { code, reason } = this.#close ?? { code: 1006, reason: '' };
    const wasClean = error === undefined && this.#close !== undefined;
    (this.#connection ?? this.#handshake?.connection)?.free();
    this.#handshake?.free();
    this.#handshake = undefined;
    this.#connection = undefined;
    this.#steps.alone(() => this.#observer.closed({ code, reason, wasClean, error }));
  }

  #releaseIfDue(): void {
    if (!this.#inputEnded || this.#output !== 'ended') return;
    this.#finish();
    this.#deadline.cancel();
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire !== undefined) quietly(() => wire.close());
  }

  /** Gives the transport up. */
  #release(reason: unknown): void {
    this.#deadline.cancel();
    const wire = this.#wire;
    this.#wire = undefined;
    if (wire !== undefined) letGo(wire, reason);
  }
}

const lossOf = (reason: unknown) => new Error('the transport was lost', { cause: reason });

/** What there is to say about a handshake that has succeeded. */
function agreementOf(handshake: Handshake): Agreement {
  const { protocol, extensions } = handshake;
  return { protocol, extensions, request: 'request' in handshake ? handshake.request : undefined };
}
