/** Bytes in, records out, without I/O: what everything else that reads captures is made of. */

import { bytesOf, limitOf, objectOf, oneOf } from '../arguments.js';
import { dispose } from '../dispose.js';
import { typeError, UsageError } from '../errors.js';
import type { Bytes } from '../types.js';
import {
  type Engine,
  EngineError,
  type EngineOptions,
  type ReadingOptions,
  type RecordOptions,
  Side,
} from './engine.js';
import { FilterError } from './filter-error.js';
import { newEngine } from './module.js';
import type { InspectRecord } from './records.js';
import type { CaptureStats } from './stats.js';

/** How a capture is read, and what is written of it. */
export interface InspectorOptions extends ReadingOptions, RecordOptions {}

/** Who sent bytes: one end of a connection. */
export type Sender = 'client' | 'server';

/** Bytes of records that are taken from the engine at once. */
const TAKE = 1 << 18;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads one capture, or both directions of one connection, in pieces as they come. It never fails on what it is given: what
 * cannot be read is an `error` record, and what was read before stays.
 *
 * It has WebAssembly memory of its own, which goes with it: by `free()`, at the end of a `using` block, or when it is dropped.
 *
 * @example
 * const inspector = new Inspector();
 * inspector.receiveData(capture);
 * inspector.receiveEof();
 * for (const record of inspector.records()) if (record.type === 'violation') console.log(record.id, record.text);
 */
export class Inspector {
  #engine: Engine | undefined;

  /** Throws a `TypeError` for an option that is none, and a {@link FilterError} for a filter that cannot be read. */
  constructor(options?: InspectorOptions) {
    this.#engine = opened(objectOf('options', options));
  }

  /**
   * Takes bytes: the next ones of a capture, or, with `from`, the next ones that this end of the connection sent. What they
   * make is in {@link records} then.
   */
  receiveData(bytes: Bytes, from?: Sender): void {
    const sender = from === undefined ? undefined : oneOf('from', from, ['client', 'server']);
    this.#alive().feed(bytesOf('bytes', bytes), sideOf(sender));
  }

  /** Nothing more comes: what is unfinished is told as such. */
  receiveEof(): void {
    this.#alive().finish();
  }

  /** The records that are ready, in the order of the capture, each once. */
  *records(): Generator<InspectRecord, void, undefined> {
    // Freed on the way, it ends.
    for (let lines = this.#alive().take(TAKE); lines.length > 0; lines = this.#engine?.take(TAKE) ?? NOTHING) {
      for (const line of utf8.decode(lines).trimEnd().split('\n')) yield JSON.parse(line) as InspectRecord;
    }
  }

  /** Counts so far, for all and for each connection. */
  stats(): CaptureStats {
    return this.#alive().stats();
  }

  /** Gives back its memory. Every call after it throws, but for this one. */
  free(): void {
    this.#engine = undefined;
  }

  #alive(): Engine {
    if (this.#engine === undefined) throw new UsageError('use_after_free', 'the inspector was freed');
    return this.#engine;
  }
}

export interface Inspector extends Disposable {}
dispose(Inspector);

/** The side of what this end of a connection sent, or of a file. */
export function sideOf(from: Sender | undefined): Side {
  if (from === undefined) return Side.File;
  return from === 'client' ? Side.Client : Side.Server;
}

const NOTHING = new Uint8Array();

/** An engine that has begun a capture. Faults of the options are the caller's. */
export function opened(options: EngineOptions): Engine {
  const engine = newEngine();
  const { filter = '', maxMessage, maxFrame, maxPayload } = options;
  const limit = (name: string, value: number | undefined): number | undefined =>
    value === undefined ? undefined : limitOf(name, value, 0);
  try {
    // JSON, as which they go into the engine, has no `Infinity`.
    const bounded = {
      ...options,
      maxMessage: limit('maxMessage', maxMessage),
      maxFrame: limit('maxFrame', maxFrame),
      maxPayload: limit('maxPayload', maxPayload),
    };
    engine.open({ ...bounded, filter: '' });
    if (filter === '') return engine;
    checkFilter(engine, filter);
    engine.open({ ...bounded, filter });
  } catch (error) {
    if (error instanceof EngineError) throw typeError('invalid_argument', error.message);
    throw error;
  }
  return engine;
}

/** Sets the filter of an engine; throws a {@link FilterError}. */
export function checkFilter(engine: Engine, filter: string): void {
  const fault = engine.filter(filter);
  if (fault !== undefined) throw new FilterError(filter, fault);
}
