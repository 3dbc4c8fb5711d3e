/** Times as tshark's `-t` names them. */

import { epochOf } from '../../inspect/time.js';

export const timeFormats = ['r', 'a', 'ad', 'd', 'dd', 'e', 'iso', 'none'] as const;
export type TimeFormat = (typeof timeFormats)[number];

/** Writes the times of rows. It remembers the row before, for those that are relative to it. */
export class Clock {
  readonly #format: TimeFormat;
  #before: number | undefined;

  constructor(format: TimeFormat) {
    this.#format = format;
  }

  /** The time of a row; empty if none is wanted, or the source has none. */
  text({ t, time }: { readonly t: number | null; readonly time: string | null }): string {
    if (t === null || time === null || this.#format === 'none') return '';
    if (this.#format === 'iso') return time;
    // A date of ISO 8601 in UTC: 2026-01-01T00:00:01.042117Z
    if (this.#format === 'a') return time.slice(11, -1);
    if (this.#format === 'ad') return `${time.slice(0, 10)} ${time.slice(11, -1)}`;
    if (this.#format === 'e') return epochOf(time);
    if (this.#format === 'r') return seconds(t);
    const since = t - (this.#before ?? t);
    this.#before = t;
    return `+${seconds(since)}`;
  }
}

const seconds = (value: number): string => `${value.toFixed(6)}s`;
