/** Transports made of callbacks: for platforms whose byte streams are objects with events. */

import { ownBytes } from './own-bytes.js';
import { Queue } from './queue.js';
import { quietly } from './quietly.js';
import { Room } from './room.js';
import { Sound, untilSilent } from './silence.js';
import { queueTask } from './tasks.js';
import { bytesOfChunk, type Transport } from './transport.js';

/** What a {@link TransportSource} tells. After `end` or `fail` nothing is heard any more. */
export interface TransportSink {
  /** Bytes have arrived. They must not change afterwards. */
  data(bytes: Uint8Array): void;
  /** The peer has ended its direction. */
  end(): void;
  /** The connection was lost. What arrived before is still delivered. */
  fail(reason: unknown): void;
}

/** A byte stream with callbacks. Only `start` and `write` must be there. */
export interface TransportSource {
  /**
   * Attaches to whatever gives the bytes. It is called by {@link createTransport} itself, so that early bytes are not lost;
   * what arrives before the transport is read waits. A rejection is a loss.
   */
  start(sink: TransportSink): void | PromiseLike<void>;
  /** Sends bytes. A promise is the backpressure: nothing more is written until it is fulfilled. A rejection is a loss. */
  write(bytes: Uint8Array<ArrayBuffer>): void | PromiseLike<void>;
  /** Sends several pieces, in order: for a source that does so with less work than one after the other. */
  writeAll?(pieces: readonly Uint8Array<ArrayBuffer>[]): void | PromiseLike<void>;
  /** Ends this direction, after all that was written. */
  end?(): void | PromiseLike<void>;
  /** Resets the connection: both directions, at once. */
  abort?(reason: unknown): void | PromiseLike<void>;
  /** There is no room for more: stop the peer. Without it, what arrives is kept up to `maxPendingBytes`. */
  pause?(): void | PromiseLike<void>;
  /** There is room again. */
  resume?(): void | PromiseLike<void>;
  /** Releases the resource, once both directions have ended. */
  close?(): unknown;
  /** Settles when the connection is gone. */
  readonly closed?: Promise<unknown> | undefined;
  /**
   * Whether the sink is only called from tasks of their own, as listeners of the platform are: then what arrives is
   * handled at once. Default false: it is handled in the next task.
   */
  readonly inTasks?: boolean | undefined;
  /**
   * Whether `write` may be given bytes that share their `ArrayBuffer` with others, as Node's `Buffer`s do. Default
   * false: they have it for themselves.
   */
  readonly pooled?: boolean | undefined;
}

/** Choices for {@link createTransport}. */
export interface CreateTransportOptions {
  /** Bytes that may wait while the consumer has no room and `pause` cannot stop the peer at once; `Infinity` for no limit. Default 16 MiB. */
  readonly maxPendingBytes?: number | undefined;
}

const MAX_PENDING = 16 << 20;

/** Who hears what a {@link Wire} brings: as a {@link TransportSink}, and one object with methods. */
export interface WireSink {
  /** Bytes have arrived. */
  received(bytes: Uint8Array): void;
  /** The peer has ended its direction. */
  ended(): void;
  /** The connection is gone. */
  lost(reason: unknown): void;
  /** It will be, once what has arrived before was read, for which there is no room yet. */
  losing?(reason: unknown): void;
}

/** Under this name a transport of ours has its source, for a driver that then needs no streams. */
const WIRE = Symbol.for('sansocket.wire');

/** What a driver drives: a source with its loose ends tied. */
export interface Wire {
  /** See {@link TransportSource.pooled}. */
  readonly pooled: boolean;
  start(sink: WireSink): void;
  write(bytes: Uint8Array<ArrayBuffer>): void | PromiseLike<void>;
  /** Writes pieces in order. A promise if it is not done with all. */
  writeAll(pieces: readonly Uint8Array<ArrayBuffer>[]): void | PromiseLike<void>;
  end(): void | PromiseLike<void>;
  abort(reason: unknown): void | PromiseLike<void>;
  pause(): void;
  resume(): void;
  close(): unknown;
}

/**
 * Makes a transport of callbacks.
 *
 * @example
 * const transport = createTransport({
 *   start: ({ data, end }) => { device.ondata = data; device.onend = end; },
 *   write: (bytes) => device.send(bytes),
 *   end: () => device.close(),
 * });
 */
export function createTransport(source: TransportSource, options: CreateTransportOptions = {}): Transport {
  for (const name of ['start', 'write'] as const) {
    if (typeof source?.[name] !== 'function') throw new TypeError(`"source.${name}" expected a function`);
  }
  const { maxPendingBytes = MAX_PENDING } = options;
  if (!(typeof maxPendingBytes === 'number' && maxPendingBytes > 0))
    throw new RangeError(
      `"options.maxPendingBytes" expected bytes above 0, or Infinity, got ${String(maxPendingBytes)}`,
    );
  return new SourceTransport(source, maxPendingBytes);
}

/** The wire of a transport that {@link createTransport} made and nobody has looked into. It is given once. */
export function takeWire(transport: Transport): Wire | undefined {
  return (transport as { [WIRE]?(): Wire | undefined })[WIRE]?.();
}

class SourceTransport implements Transport {
  readonly closed: Promise<unknown> | undefined;
  readonly #wire: SourceWire;
  #streams: Pick<Transport, 'readable' | 'writable'> | undefined;
  #taken = false;

  constructor(source: TransportSource, maxPendingBytes: number) {
    this.closed = source.closed;
    this.#wire = new SourceWire(source, maxPendingBytes);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#open().readable;
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#open().writable;
  }

  close(): unknown {
    return this.#wire.close();
  }

  [WIRE](): Wire | undefined {
    if (this.#taken || this.#streams !== undefined) return undefined;
    this.#taken = true;
    return this.#wire;
  }

  #open(): Pick<Transport, 'readable' | 'writable'> {
    if (this.#taken) throw new TypeError('the transport is in use');
    this.#streams ??= streamsOf(this.#wire);
    return this.#streams;
  }
}

/** Web streams over a wire. */
function streamsOf(wire: Wire): Pick<Transport, 'readable' | 'writable'> {
  let failReadable: (reason: unknown) => void = () => {};
  let failWritable: (reason: unknown) => void = () => {};
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      failReadable = (reason) => controller.error(reason);
      wire.start({
        received(bytes) {
          controller.enqueue(ownBytes(bytes));
          if ((controller.desiredSize ?? 0) <= 0) wire.pause();
        },
        ended: () => controller.close(),
        lost(reason) {
          controller.error(reason);
          failWritable(reason);
        },
      });
    },
    pull: () => wire.resume(),
    // A reset is of both directions.
    cancel(reason) {
      failWritable(reason);
      return wire.abort(reason);
    },
  });
  const writable = new WritableStream<Uint8Array>({
    start: (controller) => {
      failWritable = (reason) => controller.error(reason);
    },
    // The wire may keep it: the caller's memory is copied. What Node's `Buffer` calls a slice is no copy.
    write: (chunk) => wire.write(new Uint8Array(bytesOfChunk('writable', chunk))),
    close: () => wire.end(),
    abort(reason) {
      failReadable(reason);
      return wire.abort(reason);
    },
  });
  return { readable, writable };
}

/** Writes pieces in order, each when what takes them is done with the one before. */
export function writeInTurn(
  to: Pick<TransportSource, 'write'>,
  pieces: readonly Uint8Array<ArrayBuffer>[],
  from = 0,
): void | PromiseLike<void> {
  for (let at = from; at < pieces.length; at += 1) {
    const writing = to.write(pieces[at] as Uint8Array<ArrayBuffer>);
    if (writing !== undefined)
      return at + 1 < pieces.length ? writing.then(() => writeInTurn(to, pieces, at + 1)) : writing;
  }
}

type Item = Uint8Array | { readonly failed: boolean; readonly reason?: unknown };

/** A source whose words arrive in order, in tasks, and not while the consumer has no room. */
class SourceWire implements Wire {
  readonly #source: TransportSource;
  readonly #maxPendingBytes: number;
  readonly #inTasks: boolean;
  readonly pooled: boolean;
  #sink: WireSink | undefined;
  readonly #waiting = new Queue<Item>();
  #pendingBytes = 0;
  readonly #room = new Room();
  /** Whether the source has told something lately. */
  readonly #sound = new Sound();
  #scheduled = false;
  #ended = false;

  constructor(source: TransportSource, maxPendingBytes: number) {
    this.#source = source;
    this.#maxPendingBytes = maxPendingBytes;
    this.#inTasks = source.inTasks === true;
    this.pooled = source.pooled === true;
    // Nobody reads before `start`.
    this.#room.shut();
    const fail = (reason: unknown) => this.#take({ failed: true, reason });
    try {
      const starting = this.#source.start({
        data: (bytes) => this.#take(bytes),
        end: () => this.#take({ failed: false }),
        fail,
      });
      starting?.then(undefined, fail);
    } catch (error) {
      fail(error);
    }
    source.closed?.then(
      () => this.#leave(new Error('the transport has closed')),
      (reason) => this.#leave(reason),
    );
    if (!this.#ended) this.#steer(() => source.pause?.());
  }

  start(sink: WireSink): void {
    this.#sink = sink;
    this.resume();
    this.#schedule();
  }

  write(bytes: Uint8Array<ArrayBuffer>): void | PromiseLike<void> {
    return this.#source.write(bytes);
  }

  writeAll(pieces: readonly Uint8Array<ArrayBuffer>[]): void | PromiseLike<void> {
    const source = this.#source;
    return pieces.length > 1 && source.writeAll !== undefined ? source.writeAll(pieces) : writeInTurn(source, pieces);
  }

  end(): void | PromiseLike<void> {
    return this.#source.end?.();
  }

  abort(reason: unknown): void | PromiseLike<void> {
    this.#ended = true;
    this.#waiting.clear();
    return this.#source.abort?.(reason);
  }

  pause(): void {
    if (this.#room.isShut) return;
    this.#room.shut();
    this.#steer(() => this.#source.pause?.());
  }

  resume(): void {
    if (!this.#room.isShut) return;
    this.#room.open();
    this.#steer(() => this.#source.resume?.());
    this.#schedule();
  }

  close(): unknown {
    return this.#source.close?.();
  }

  /** A source that cannot be stopped, or goes on no more, is lost. */
  #steer(act: () => unknown): void {
    const fail = (reason: unknown) => this.#take({ failed: true, reason });
    try {
      const acting = act() as Partial<PromiseLike<void>> | undefined;
      if (typeof acting?.then === 'function') acting.then(undefined, fail);
    } catch (reason) {
      fail(reason);
    }
  }

  /** The source is gone. What it has received before, and still has while it is paused, comes first. */
  async #leave(reason: unknown): Promise<void> {
    await untilSilent(this.#sound, this.#room);
    this.#take({ failed: true, reason });
  }

  /** Whether what arrives can be told at once. */
  get #flows(): boolean {
    return this.#inTasks && !this.#room.isShut && this.#waiting.length === 0;
  }

  #take(item: Item): void {
    if (this.#ended) return;
    this.#sound.make();
    if (!(item instanceof Uint8Array)) this.#ended = true;
    if (this.#flows) {
      this.#tell(item);
      return;
    }
    this.#waiting.push(item instanceof Uint8Array ? ownBytes(item) : item);
    if (item instanceof Uint8Array) this.#pendingBytes += item.length;
    else if (item.failed && this.#room.isShut) this.#sink?.losing?.(item.reason);
    if (this.#room.isShut && this.#pendingBytes > this.#maxPendingBytes) this.#overflow();
    this.#schedule();
  }

  /** The peer cannot be stopped, and sends more than is read. */
  #overflow(): void {
    const message = `${this.#pendingBytes} bytes wait to be read, more than the ${this.#maxPendingBytes} that may`;
    const reason = new RangeError(message);
    quietly(() => this.abort(reason));
    this.#pendingBytes = 0;
    this.#room.open();
    this.#waiting.push({ failed: true, reason });
  }

  #schedule(): void {
    if (this.#sink === undefined || this.#scheduled || this.#room.isShut || this.#waiting.length === 0) return;
    this.#scheduled = true;
    queueTask(() => {
      this.#scheduled = false;
      while (!this.#room.isShut) {
        const item = this.#waiting.shift();
        if (item === undefined) break;
        if (item instanceof Uint8Array) this.#pendingBytes -= item.length;
        this.#tell(item);
      }
    });
  }

  #tell(item: Item): void {
    if (item instanceof Uint8Array) this.#sink?.received(item);
    else if (item.failed) this.#sink?.lost(item.reason);
    else this.#sink?.ended();
  }
}
