/** What the list shows in which order: frames, the frames of messages that are opened, and gaps between them. */

import type { Gap } from './capture.js';
import { placeOf } from './matching.js';

/** One row of the list. */
export type Entry =
  | { readonly kind: 'frame'; readonly n: number; readonly level: 1 | 2 }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** Rows that come before a frame of the list. */
interface Insertion {
  /** How many frames of the list are above. */
  readonly after: number;
  readonly entries: readonly Entry[];
}

export interface OutlineOptions {
  /** Frames of the capture. */
  readonly total: number;
  /** Numbers of the frames that are shown, ascending; `undefined` for all. */
  readonly numbers: Uint32Array | undefined;
  readonly gaps: readonly Gap[];
  /** Messages that are opened, by their first frame, with all their frames. */
  readonly opened: ReadonlyMap<number, readonly number[]>;
}

export class Outline {
  /** Rows. */
  readonly count: number;
  readonly #numbers: Uint32Array | undefined;
  readonly #frames: number;
  readonly #insertions: readonly Insertion[];
  /** The first row of each insertion. */
  readonly #starts: Uint32Array;

  constructor({ total, numbers, gaps, opened }: OutlineOptions) {
    this.#numbers = numbers;
    this.#frames = numbers?.length ?? total;
    this.#insertions = this.#insert(gaps, opened);
    this.#starts = new Uint32Array(this.#insertions.length);
    let more = 0;
    this.#insertions.forEach(({ after, entries }, at) => {
      this.#starts[at] = after + more;
      more += entries.length;
    });
    this.count = this.#frames + more;
  }

  /** The row at an index. */
  at(index: number): Entry {
    const next = placeOf(this.#starts, index + 1);
    const insertion = this.#insertions[next - 1];
    if (insertion === undefined) return { kind: 'frame', n: this.#numberAt(index), level: 1 };
    const within = index - (this.#starts[next - 1] ?? 0);
    const entry = insertion.entries[within];
    return entry ?? { kind: 'frame', n: this.#numberAt(insertion.after + within - insertion.entries.length), level: 1 };
  }

  /** The index of a frame, or of the next one that is shown; the last one if there is none behind it. */
  indexOf(n: number): number {
    const place = Math.min(this.#placeOf(n), Math.max(this.#frames - 1, 0));
    let more = 0;
    for (const { after, entries } of this.#insertions) {
      if (after > place) break;
      more += entries.length;
    }
    return place + more;
  }

  /** The index of a frame's own row, or of its row below an opened message; `undefined` if it has neither. */
  rowOf(n: number): number | undefined {
    const index = this.indexOf(n);
    const entry = index < this.count ? this.at(index) : undefined;
    if (entry?.kind === 'frame' && entry.n === n) return index;
    for (const [at, { entries }] of this.#insertions.entries()) {
      const within = entries.findIndex((part) => part.kind === 'frame' && part.n === n);
      if (within >= 0) return (this.#starts[at] ?? 0) + within;
    }
    return undefined;
  }

  #numberAt(place: number): number {
    return this.#numbers === undefined ? place + 1 : (this.#numbers[place] ?? 0);
  }

  #placeOf(n: number): number {
    return this.#numbers === undefined ? n - 1 : placeOf(this.#numbers, n);
  }

  #insert(gaps: readonly Gap[], opened: OutlineOptions['opened']): Insertion[] {
    const insertions: Insertion[] = [];
    for (const [first, frames] of opened) {
      const place = this.#placeOf(first);
      if (place >= this.#frames || this.#numberAt(place) !== first) continue;
      insertions.push({ after: place + 1, entries: frames.map((n) => ({ kind: 'frame', n, level: 2 })) });
    }
    for (const gap of gaps) {
      const after = Math.min(this.#placeOf(gap.before), this.#frames);
      insertions.push({ after, entries: [{ kind: 'gap', gap }] });
    }
    // Frames of an opened message come before a gap at the same place: they belong to the row above.
    return insertions.sort((a, b) => a.after - b.after);
  }
}
