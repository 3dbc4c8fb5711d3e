/** The parts of a capture, unwrapped and fed to the engine one piece after the other. */

import type { Instance } from './instance.js';
import type { Part, Reading } from './protocol.js';
import { Unwrapping } from './unwrap.js';

/** How far it is, after each piece. */
export interface Position {
  /** Bytes of the parts that were read. */
  readonly read: number;
  readonly total: number;
  /** Milliseconds of work on the piece. */
  readonly ms: number;
}

export class Reader {
  /** The notation that the bytes were written in; empty if in none. */
  notation = '';
  readonly faults: string[] = [];
  readonly #instance: Instance;
  readonly #parts: readonly Part[];
  readonly #reading: Reading;

  constructor(instance: Instance, parts: readonly Part[], reading: Reading) {
    this.#instance = instance;
    this.#parts = parts;
    this.#reading = reading;
  }

  /** Opens the engine with these options and those of the reading, and yields whenever it has taken a piece. */
  async *run(options: object): AsyncGenerator<Position, void, undefined> {
    const { from, side, deflate } = this.#reading;
    const total = this.#parts.reduce((sum, { blob }) => sum + blob.size, 0);
    let read = 0;
    let opened = false;
    const open = (kind: string) => {
      if (opened) return;
      opened = true;
      this.#instance.open({ ...options, from: kind, side: side || 'auto', deflate: deflate || 'auto' });
    };
    for (const part of this.#parts) {
      const unwrapping = new Unwrapping(from, part.typed ?? false);
      const pieces = unwrapping.pieces(part.blob);
      for (;;) {
        const bytes = await this.#next(pieces);
        if (bytes === undefined) break;
        const before = performance.now();
        // Only now it is known what the bytes are.
        open(unwrapping.from);
        this.#instance.feed(bytes, part.side);
        read += bytes.length;
        yield { read: Math.min(read, total), total, ms: performance.now() - before };
      }
      this.notation ||= unwrapping.notation;
      this.faults.push(...unwrapping.faults);
    }
    const before = performance.now();
    open(from || 'auto');
    this.#instance.finish();
    yield { read: total, total, ms: performance.now() - before };
  }

  /** The next piece. What cannot be unwrapped ends a part, not the capture: what was read of it stays. */
  async #next(pieces: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array | undefined> {
    try {
      const { value } = await pieces.next();
      return value ?? undefined;
    } catch (error) {
      this.faults.push(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
