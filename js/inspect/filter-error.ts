/** An expression of the filter language that cannot be read. */

import type { FilterFault } from './rows.js';

/** What is wrong with a filter, and where. */
export class FilterError extends SyntaxError {
  static {
    FilterError.prototype.name = 'FilterError';
  }

  readonly code = 'invalid_filter';
  /** The expression. */
  readonly filter: string;
  /** The range of it that is wrong, in UTF-16 units as `slice` takes them; empty where something is missing. */
  readonly start: number;
  readonly end: number;

  /** @internal */
  constructor(filter: string, { at, end, text }: FilterFault) {
    const units = (bytes: number): number => new TextDecoder().decode(utf8.subarray(0, bytes)).length;
    const utf8 = new TextEncoder().encode(filter);
    super(`the filter, at ${units(at)}: ${text}`);
    this.filter = filter;
    this.start = units(at);
    this.end = units(end);
  }
}
