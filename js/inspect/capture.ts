/** A capture that is kept, to be looked at in any order. */

import { integerOf, objectOf, oneOf, stringOf } from '../arguments.js';
import { dispose } from '../dispose.js';
import { UsageError } from '../errors.js';
import type { Engine, ReadingOptions } from './engine.js';
import { type AbortSignalLike, abortable } from './inspect.js';
import { checkFilter, opened, sideOf } from './inspector.js';
import type { FrameDetail, FrameRow } from './rows.js';
import { type CaptureSource, chunksOf } from './source.js';
import type { CaptureStats, ConnectionStats } from './stats.js';

export interface CaptureOptions extends ReadingOptions {
  /** Ends the reading: the promise is rejected with its reason, and the source is cancelled. */
  readonly signal?: AbortSignalLike | undefined;
  /** Called after each piece of the source, with how many frames and bytes there are so far. */
  readonly onProgress?: ((progress: { readonly frames: number; readonly bytes: number }) => void) | undefined;
}

/**
 * The bytes of a frame: `wire`, as they were captured, header included; `unmasked`, its payload; `inflated`, what its payload
 * inflates to, where it ends a compressed message; `message`, the payload of its whole message, inflated.
 */
export type FrameLayer = 'wire' | 'unmasked' | 'inflated' | 'message';

const LAYERS: readonly FrameLayer[] = ['wire', 'unmasked', 'inflated', 'message'];

/** Frames that a filter looks at in one call. */
const BATCH = 1 << 16;

/**
 * Reads a whole capture, or both directions of one connection, for random access. It takes the memory of the capture and 48
 * bytes for each frame.
 *
 * @example
 * using capture = await openCapture(bytes);
 * for (const n of capture.search('op == close')) console.log(capture.frame(n).fields);
 */
export async function openCapture(source: CaptureSource, options?: CaptureOptions): Promise<Capture> {
  const { signal, onProgress, ...reading } = objectOf('options', options);
  const engine = opened({ ...reading, records: [], index: true });
  const chunks = abortable(chunksOf(source), signal);
  let bytes = 0;
  try {
    for (let chunk = await chunks.next(); chunk !== undefined; chunk = await chunks.next()) {
      engine.feed(chunk.bytes, sideOf(chunk.from));
      bytes += chunk.bytes.length;
      onProgress?.({ frames: engine.frames, bytes });
    }
  } catch (error) {
    chunks.cancel(error);
    throw error;
  }
  engine.finish();
  return new Capture(engine);
}

/** A capture that was read. Frames count from 1, in the order in which their last bytes were captured. */
export class Capture {
  #engine: Engine | undefined;

  /** @internal Use {@link openCapture}. */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many frames it has. */
  get frames(): number {
    return this.#alive().frames;
  }

  /** Counts, for all and for each connection. */
  stats(): CaptureStats {
    return this.#alive().stats();
  }

  /** Each connection: its handshake, counts and end. */
  connections(): readonly ConnectionStats[] {
    return this.#alive().connections();
  }

  /** Frames as rows of a list: from `first` on, `count` of them; fewer if it has no more. */
  rows(first = 1, count = Number.POSITIVE_INFINITY): readonly FrameRow[] {
    const engine = this.#alive();
    const from = integerOf('first', first, 1, MOST);
    const wanted = count === Number.POSITIVE_INFINITY ? MOST : integerOf('count', count, 0, MOST);
    const there = Math.max(Math.min(wanted, engine.frames - from + 1), 0);
    return rowsOf(
      engine,
      Uint32Array.from({ length: there }, (_, i) => from + i),
    );
  }

  /** A frame, with every field to the bit and what is wrong with it; `undefined` if there is none of that number. */
  frame(n: number): FrameDetail | undefined {
    return this.#alive().detail(integerOf('n', n, 1, MOST)) ?? undefined;
  }

  /** The bytes of a frame, 256 MiB at most; empty if there is no such frame, or it has no such layer. */
  bytes(n: number, layer: FrameLayer = 'unmasked'): Uint8Array<ArrayBuffer> {
    return this.#alive().layer(integerOf('n', n, 1, MOST), LAYERS.indexOf(oneOf('layer', layer, LAYERS)));
  }

  /**
   * The numbers of the frames that match an expression of the filter language, from `first` on. They are looked for as they
   * are asked for. Throws a `FilterError`.
   */
  search(filter: string, first = 1): Generator<number, void, undefined> {
    checkFilter(this.#alive(), stringOf('filter', filter));
    return this.#search(filter, integerOf('first', first, 1, MOST));
  }

  *#search(filter: string, first: number): Generator<number, void, undefined> {
    for (let from = first; from <= this.#alive().frames; from += BATCH) {
      const engine = this.#alive();
      // Another search may have come between.
      checkFilter(engine, filter);
      const bits = engine.match(from, BATCH);
      for (let i = 0; i < bits.length * 8; i += 1) if (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) yield from + i;
    }
  }

  /** Gives back its memory. Every call after it throws, but for this one. */
  free(): void {
    this.#engine = undefined;
  }

  #alive(): Engine {
    if (this.#engine === undefined) throw new UsageError('use_after_free', 'the capture was freed');
    return this.#engine;
  }
}

export interface Capture extends Disposable {}
dispose(Capture);

const MOST = 2 ** 32 - 1;

function rowsOf(engine: Engine, numbers: Uint32Array): FrameRow[] {
  const rows: FrameRow[] = [];
  for (let at = 0; at < numbers.length; at += BATCH) {
    for (const row of engine.rows(numbers.slice(at, at + BATCH))) if (row !== null) rows.push(row);
  }
  return rows;
}
