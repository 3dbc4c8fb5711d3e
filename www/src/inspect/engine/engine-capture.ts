/** A capture that the engine reads in a worker. */

import {
  type Capture,
  type ConnectionInfo,
  type FilterFault,
  type FrameDetail,
  type FrameRow,
  type Heads,
  type Layer,
  layers,
} from '../capture.js';
import { EngineClient } from './client.js';
import { connectionOf, type EngineConnection } from './connections.js';
import type { FromWorker, OpenResult, Part, Reading } from './protocol.js';
import { detailOf, type EngineDetail, type EngineRow, rowOf } from './rows.js';

export type Progress = Extract<FromWorker, { type: 'progress' }>;

/** Totals of a capture, as the engine counts them. */
export interface EngineStats {
  readonly connections: number;
  readonly frames: number;
  readonly messages: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly bytes: number;
  readonly start: string | null;
  readonly seconds: number | null;
}

const utf8 = new TextDecoder();

export class EngineCapture implements Capture {
  readonly #client = new EngineClient();
  frames = 0;

  /** @param onCrash Told when nothing can be asked any more. */
  constructor(onCrash: (error: Error) => void) {
    this.#client.onCrash = onCrash;
  }

  /** Reads everything. `onProgress` is called when there are more frames. */
  async open(parts: readonly Part[], reading: Reading, onProgress: (progress: Progress) => void): Promise<OpenResult> {
    this.#client.onProgress = (progress) => {
      this.frames = progress.frames;
      onProgress(progress);
    };
    return this.#client.call('open', parts, reading);
  }

  async stats(): Promise<EngineStats> {
    return (await this.#client.call('stats')) as EngineStats;
  }

  async rows(numbers: Uint32Array, messages = false): Promise<readonly FrameRow[]> {
    const rows = JSON.parse(utf8.decode(await this.#client.call('rows', numbers, messages))) as (EngineRow | null)[];
    return rows.filter((row) => row !== null).map(rowOf);
  }

  async detail(n: number): Promise<FrameDetail | undefined> {
    const [detail, [row]] = await Promise.all([this.#client.call('detail', n), this.rows(Uint32Array.of(n))]);
    return detail === null || row === undefined ? undefined : detailOf(detail as EngineDetail, row);
  }

  layer(n: number, layer: Layer): Promise<Uint8Array> {
    return this.#client.call('layer', n, layers.indexOf(layer));
  }

  async connections(): Promise<readonly ConnectionInfo[]> {
    return ((await this.#client.call('connections')) as EngineConnection[]).map(connectionOf);
  }

  heads(conn: number): Promise<Heads> {
    return this.#client.call('heads', conn);
  }

  check(expression: string): Promise<FilterFault | undefined> {
    return this.#client.call('check', expression);
  }

  match(expression: string, from: number, count: number, messages = false): Promise<Uint8Array> {
    return this.#client.call('match', expression, from, count, messages);
  }

  timeline(from: number, to: number, buckets: number): Promise<Uint32Array> {
    return this.#client.call('timeline', from, to, buckets);
  }

  close(): void {
    this.#client.close();
  }
}
