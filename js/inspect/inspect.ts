/** A capture as records, one after the other: in constant memory, as far as it is read. */

import { objectOf } from '../arguments.js';
import { Inspector, type InspectorOptions } from './inspector.js';
import type { InspectRecord } from './records.js';
import { type CaptureSource, type Chunk, type Chunks, chunksOf } from './source.js';
import type { CaptureStats } from './stats.js';

/** What is used of an `AbortSignal`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface InspectOptions extends InspectorOptions {
  /** Ends the reading: what waits for a record is rejected with its reason, and the source is cancelled. */
  readonly signal?: AbortSignalLike | undefined;
}

/** Bytes that are read before records are given out: those of small frames are many times as large. */
const PIECE = 1 << 17;

/**
 * The records of a capture, or of both directions of one connection.
 *
 * Reading begins with the first record that is asked for, and goes on as records are asked for. Leaving the loop cancels the
 * source. What is wrong with the capture is in records of the types `violation` and `error`; a source that fails fails the loop.
 *
 * @example
 * for await (const record of inspect(await readFile('capture.pcapng'))) {
 *   if (record.type === 'frame') console.log(record.n, record.dir, record.opName, record.len);
 * }
 */
export function inspect(source: CaptureSource, options?: InspectOptions): Inspection {
  return new Inspection(source, options);
}

/** Records as they are read, and counts. It can be iterated once. */
export class Inspection implements AsyncIterableIterator<InspectRecord> {
  readonly #records: AsyncGenerator<InspectRecord, undefined, undefined>;
  readonly #chunks: Chunks;
  #stats: () => CaptureStats;

  /** @internal */
  constructor(source: CaptureSource, options: InspectOptions | undefined) {
    const { signal, ...rest } = objectOf('options', options);
    const inspector = new Inspector(rest);
    this.#stats = () => inspector.stats();
    this.#chunks = abortable(chunksOf(source), signal);
    this.#records = this.#read(inspector);
  }

  next(): Promise<IteratorResult<InspectRecord, undefined>> {
    return this.#records.next();
  }

  /** Ends the reading, and cancels the source. */
  return(): Promise<IteratorResult<InspectRecord, undefined>> {
    // A stream that is waited for ends by this; and a generator that was never begun would not do it.
    this.#chunks.cancel();
    return this.#records.return(undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Counts so far; of the whole capture once the last record was given. */
  stats(): CaptureStats {
    return this.#stats();
  }

  async *#read(inspector: Inspector): AsyncGenerator<InspectRecord, undefined, undefined> {
    const chunks = this.#chunks;
    let reason: unknown;
    try {
      for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
        for (let at = 0; at < chunk.bytes.length; at += PIECE) {
          inspector.receiveData(chunk.bytes.subarray(at, at + PIECE), chunk.from);
          yield* inspector.records();
        }
      }
      inspector.receiveEof();
      yield* inspector.records();
    } catch (error) {
      reason = error;
      throw error;
    } finally {
      chunks.cancel(reason);
      const stats = inspector.stats();
      this.#stats = () => stats;
      inspector.free();
    }
  }
}

/** Pieces that end with a signal. */
export function abortable(chunks: Chunks, signal: AbortSignalLike | undefined): Chunks {
  if (signal === undefined) return chunks;
  return {
    next: () =>
      new Promise<Chunk | undefined>((resolve, reject) => {
        const abort = (): void => reject(signal.reason);
        if (signal.aborted) return abort();
        signal.addEventListener('abort', abort);
        const done = (): void => signal.removeEventListener('abort', abort);
        chunks.next().then(resolve, reject).finally(done);
      }),
    cancel: (reason) => chunks.cancel(reason),
  };
}
