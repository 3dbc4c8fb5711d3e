/** Two transports that are each other's peer, in memory. */

import { createTransport, type TransportSink, type TransportSource } from '../websocket/source.js';
import { queueTask } from '../websocket/tasks.js';
import type { Transport } from '../websocket/transport.js';
import { byteCount } from './arguments.js';
import { Turn } from './turn.js';

/** Choices for {@link transportPair}. */
export interface TransportPairOptions {
  /** Bytes on their way in one direction from which on a writer waits until some are read. Default 64 KiB. */
  readonly highWaterMark?: number | undefined;
}

/**
 * Two ends of one connection in memory, for tests and for peers in one program. As on a network, what is sent arrives in a
 * later task, a writer waits for a reader that does not read, each direction ends for itself, and an end that aborts is seen
 * by the other as an error.
 *
 * @example
 * const [near, far] = transportPair();
 */
export function transportPair(options: TransportPairOptions = {}): [near: Transport, far: Transport] {
  const highWaterMark = byteCount('options.highWaterMark', options.highWaterMark, 64 << 10);
  const near = new End(highWaterMark);
  const far = new End(highWaterMark);
  near.peer = far;
  far.peer = near;
  return [createTransport(near), createTransport(far)];
}

type Item = { readonly bytes: Uint8Array } | { readonly end: true };

class End implements TransportSource {
  readonly inTasks = true;
  peer!: End;
  readonly #highWaterMark: number;
  #sink: TransportSink | undefined;
  /** What the peer has sent and nobody has read. */
  readonly #arriving: Item[] = [];
  #arrivingBytes = 0;
  #paused = true;
  #scheduled = false;
  #gone = false;
  readonly #turn = new Turn();

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#turn.check();
    this.peer.#arrive({ bytes }, bytes.length);
    if (this.peer.#arrivingBytes >= this.#highWaterMark) return this.#turn.wait();
  }

  end(): void {
    this.#turn.check();
    this.peer.#arrive({ end: true }, 0);
  }

  abort(reason: unknown): void {
    if (this.#gone) return;
    this.#lose(reason);
    const error = new Error('the peer has reset the connection', { cause: reason });
    queueTask(() => {
      this.peer.#lose(error);
      this.peer.#sink?.fail(error);
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  #lose(reason: unknown): void {
    this.#gone = true;
    this.#arriving.length = 0;
    this.#turn.lose(reason);
  }

  #arrive(item: Item, length: number): void {
    if (this.#gone) return;
    this.#arriving.push(item);
    this.#arrivingBytes += length;
    this.#schedule();
  }

  /** One chunk a task. */
  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#arriving.length === 0) return;
    this.#scheduled = true;
    queueTask(() => {
      this.#scheduled = false;
      if (!this.#paused) this.#deliver(this.#arriving.shift());
      this.#schedule();
    });
  }

  #deliver(item: Item | undefined): void {
    if (item === undefined) return;
    if ('end' in item) {
      this.#sink?.end();
      return;
    }
    this.#arrivingBytes -= item.bytes.length;
    this.#sink?.data(item.bytes);
    if (this.#arrivingBytes < this.#highWaterMark) this.peer.#turn.come();
  }
}
