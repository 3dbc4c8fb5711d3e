/** A transport as a driver drives it: its source if it has one, or else its streams. */

import { quietly } from './quietly.js';
import { Room } from './room.js';
import { Sound, untilSilent } from './silence.js';
import { takeWire, type Wire, type WireSink, writeInTurn } from './source.js';
import { nextTask } from './tasks.js';
import { bytesOfChunk, checkTransport, type Transport } from './transport.js';

/** The wire of a transport; what is none throws a `TypeError` that names the part. */
export function wireOf(transport: unknown): Wire {
  const wire = typeof transport === 'object' && transport !== null ? takeWire(transport as Transport) : undefined;
  if (wire !== undefined) return wire;
  checkTransport(transport);
  return new StreamWire(transport);
}

const ignore = () => {};

/** Gives a transport up: resets and releases it. */
export function letGo(wire: Wire, reason: unknown): void {
  quietly(() => wire.abort(reason));
  quietly(() => wire.close());
}

class StreamWire implements Wire {
  readonly pooled = false;
  readonly #transport: Transport;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #room = new Room();
  /** Whether the stream has given something lately. */
  readonly #sound = new Sound();
  /** Whether the peer's direction is over, in whatever way. */
  #over = false;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#reader = transport.readable.getReader();
    this.#writer = transport.writable.getWriter();
    // Whoever waits for a write is told; these promises are for those who do not.
    this.#reader.closed.catch(ignore);
    this.#writer.closed.catch(ignore);
    this.#writer.ready.catch(ignore);
    this.#transport.closed?.then(ignore, ignore);
  }

  start(sink: WireSink): void {
    void this.#read(sink);
    this.#transport.closed?.then(
      () => this.#leave(sink, new Error('the transport has closed')),
      (reason) => this.#leave(sink, reason),
    );
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#writer.ready;
    await this.#writer.write(bytes);
  }

  writeAll(pieces: readonly Uint8Array<ArrayBuffer>[]): void | PromiseLike<void> {
    return writeInTurn(this, pieces);
  }

  end(): Promise<void> {
    return this.#writer.close();
  }

  abort(reason: unknown): void {
    this.#over = true;
    this.#room.open();
    this.#writer.abort(reason).catch(ignore);
    this.#reader.cancel(reason).catch(ignore);
  }

  pause(): void {
    this.#room.shut();
  }

  resume(): void {
    this.#room.open();
  }

  close(): unknown {
    this.#over = true;
    this.#reader.releaseLock();
    this.#writer.releaseLock();
    return this.#transport.close?.();
  }

  /** One chunk a task, so that microtasks run between what they cause. */
  async #read(sink: WireSink): Promise<void> {
    try {
      while (!this.#over) {
        await this.#room.there;
        const { done, value } = await this.#reader.read();
        this.#sound.make();
        await nextTask();
        await this.#room.there;
        if (this.#over) return;
        if (done) {
          this.#over = true;
          sink.ended();
        } else sink.received(bytesOfChunk('readable', value));
      }
    } catch (reason) {
      await nextTask();
      this.#lose(sink, reason);
    }
  }

  /** The transport is gone. What was received before is still in the stream, and handled first. */
  async #leave(sink: WireSink, reason: unknown): Promise<void> {
    await untilSilent(this.#sound, this.#room);
    this.#lose(sink, reason);
  }

  #lose(sink: WireSink, reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    sink.lost(reason);
  }
}
