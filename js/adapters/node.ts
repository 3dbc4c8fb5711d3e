/** Node's streams as transports: sockets of `net` and `tls`, streams of `http2`, whatever is a `Duplex`. */

import { createTransport, type TransportSink, type TransportSource } from '../websocket/source.js';
import { queueTask } from '../websocket/tasks.js';
import type { Transport } from '../websocket/transport.js';
import { checkMethods } from './arguments.js';
import { Turn } from './turn.js';

/** What is used of Node's `Duplex`, by its shape: no declarations of Node are needed. */
export interface NodeDuplex {
  // biome-ignore lint/suspicious/noExplicitAny: each event has values of its own
  on(event: string, listener: (...values: any[]) => any): unknown;
  write(chunk: Uint8Array): boolean;
  end(callback: (error?: Error | null) => void): unknown;
  destroy(error?: Error): unknown;
  pause(): unknown;
  resume(): unknown;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  readonly readableEnded?: boolean;
  allowHalfOpen?: boolean;
}

/** What only some duplexes have. */
interface Extras {
  cork?(): unknown;
  uncork?(): unknown;
  /** Of `net.Socket` and `tls.TLSSocket`. */
  setNoDelay?(noDelay: boolean): unknown;
  setTimeout?(milliseconds: number): unknown;
  resetAndDestroy?(): unknown;
  /** Of `Http2Stream`: the code with which it was reset. */
  readonly rstCode?: number | undefined;
  [Symbol.asyncDispose]?(): PromiseLike<void>;
}

/** Choices for {@link fromNodeDuplex}. */
export interface FromNodeDuplexOptions {
  /** What was read already and comes first: the third argument of Node's `'upgrade'` and `'connect'` events. */
  readonly head?: Uint8Array | undefined;
}

/**
 * A transport over a `Duplex` of Node. Call it in the task in which the duplex was received.
 *
 * The idle timeout of a socket is cleared and Nagle's algorithm is off. The duplex stays open for writing when the peer has
 * ended its direction; `abort` resets a TCP connection and an HTTP/2 stream, and destroys any other.
 *
 * @throws TypeError if `duplex` is none.
 * @example
 * server.on('upgrade', (request, socket, head) => {
 *   const transport = fromNodeDuplex(socket, { head });
 * });
 */
export function fromNodeDuplex(duplex: NodeDuplex, options: FromNodeDuplexOptions = {}): Transport {
  checkMethods('duplex', duplex, 'a Duplex of Node', ['on', 'write', 'end', 'destroy', 'pause', 'resume']);
  return createTransport(new NodeSource(duplex, options.head));
}

class NodeSource implements TransportSource {
  // Node reads sockets in tasks of their own. A duplex made of other streams hands on when it likes.
  readonly inTasks: boolean;
  readonly pooled = true;
  readonly #duplex: NodeDuplex & Extras;
  /** What comes first. */
  #head: Uint8Array | undefined;
  readonly #turn = new Turn();
  #stopped = false;

  constructor(duplex: NodeDuplex & Extras, head: Uint8Array | undefined) {
    this.#duplex = duplex;
    this.#head = head;
    this.inTasks = typeof duplex.setNoDelay === 'function';
  }

  start(sink: TransportSink): void {
    const duplex = this.#duplex;
    const lose = (reason: unknown) => {
      this.#turn.lose(reason);
      sink.fail(reason);
    };
    const closed = () => lose(duplex.errored ?? new Error('the stream was closed before its end'));
    duplex.setTimeout?.(0);
    duplex.setNoDelay?.(true);
    // Or else Node ends our direction as soon as the peer has ended its own.
    duplex.allowHalfOpen = true;
    // Before `data`, which would let it flow.
    duplex.pause();
    if (this.#head !== undefined && this.#head.length > 0) sink.data(this.#head);
    this.#head = undefined;
    duplex.on('data', (chunk: unknown) => {
      if (chunk instanceof Uint8Array) return sink.data(chunk);
      const error = new TypeError(`a chunk of "duplex" expected bytes, got ${typeof chunk}`);
      lose(error);
      duplex.destroy(error);
    });
    if ('rstCode' in duplex) {
      // Node takes a reset with CANCEL for an end, and tells of it by an event only while both directions are open.
      const aborted = () => lose(new Error(`the HTTP/2 stream was reset with code ${duplex.rstCode}`));
      duplex.on('aborted', aborted);
      duplex.on('end', () => (duplex.rstCode ? aborted() : sink.end()));
    } else duplex.on('end', sink.end);
    duplex.on('drain', () => this.#turn.come());
    duplex.on('error', lose);
    duplex.on('close', closed);
    if (duplex.readableEnded === true) sink.end();
    if (duplex.destroyed === true) closed();
  }

  write(bytes: Uint8Array<ArrayBuffer>): void | Promise<void> {
    this.#turn.check();
    return this.#duplex.write(bytes) ? undefined : this.#turn.wait();
  }

  /** At once: Node hands them on together, and waits once. */
  writeAll(pieces: readonly Uint8Array<ArrayBuffer>[]): void | Promise<void> {
    this.#turn.check();
    const duplex = this.#duplex;
    let hasRoom = true;
    duplex.cork?.();
    for (const bytes of pieces) hasRoom = duplex.write(bytes);
    duplex.uncork?.();
    return hasRoom ? undefined : this.#turn.wait();
  }

  end(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#duplex.end((error) => (error ? reject(error) : resolve()));
    });
  }

  abort(reason: unknown): void {
    this.#turn.lose(reason);
    reset(this.#duplex);
  }

  pause(): void {
    this.#stopped = true;
    this.#duplex.pause();
  }

  /** Node empties its buffer before other microtasks run: let this be a task of its own. */
  resume(): void {
    this.#stopped = false;
    queueTask(() => {
      if (!this.#stopped) this.#duplex.resume();
    });
  }

  close(): unknown {
    return this.#duplex.destroy();
  }
}

function reset(duplex: NodeDuplex & Extras): void {
  // RFC 8441 §5 wants CANCEL. Node has it for streams that are disposed of; by `close(code)` it would end ours first.
  if ('rstCode' in duplex) duplex[Symbol.asyncDispose]?.().then(undefined, () => {});
  try {
    if (duplex.resetAndDestroy === undefined) duplex.destroy();
    else duplex.resetAndDestroy();
  } catch {
    // It is a TLS or a Unix socket, which cannot be reset.
    duplex.destroy();
  }
}
