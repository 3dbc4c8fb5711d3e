/** What is wrong with a capture, and its counts. */

import { objectOf } from '../arguments.js';
import { rangeError } from '../errors.js';
import { type Level, ruleOf } from './catalogue.js';
import type { ReadingOptions } from './engine.js';
import { type AbortSignalLike, inspect } from './inspect.js';
import type { ErrorRecord, ViolationRecord } from './records.js';
import type { CaptureSource } from './source.js';
import type { CaptureStats } from './stats.js';

export interface StatsOptions extends ReadingOptions {
  /** Ends the reading: the promise is rejected with its reason. */
  readonly signal?: AbortSignalLike | undefined;
}

export interface LintOptions extends StatsOptions {
  /** Ids of rules whose violations are accepted, and left out. */
  readonly allow?: readonly string[] | undefined;
}

/** What {@link lint} found. */
export interface LintReport {
  /** Whether everything could be read, and no MUST was broken: there is no violation of the level `error`. */
  readonly ok: boolean;
  /** The worst level that was found. */
  readonly level: Level | undefined;
  /** Every rule that was broken, in the order of the capture. */
  readonly violations: readonly ViolationRecord[];
  /** What could not be read. */
  readonly errors: readonly ErrorRecord[];
  readonly stats: CaptureStats;
}

/**
 * The rules of RFC 6455 and RFC 7692 that are broken in a capture, or on a connection. The source is as for `inspect`.
 *
 * @example
 * const { ok, violations } = await lint({ client: sent, server: received });
 */
export async function lint(source: CaptureSource, options?: LintOptions): Promise<LintReport> {
  const { allow = [], ...reading } = objectOf('options', options);
  const allowed = new Set(allow);
  for (const id of allowed) {
    if (ruleOf(id) === undefined) throw rangeError('invalid_argument', `"allow" expected ids of rules, got "${id}"`);
  }
  const inspection = inspect(source, { ...reading, records: ['violation', 'error'], payload: 'none' });
  const violations: ViolationRecord[] = [];
  const errors: ErrorRecord[] = [];
  for await (const record of inspection) {
    if (record.type === 'error') errors.push(record);
    if (record.type === 'violation' && !allowed.has(record.id)) violations.push(record);
  }
  const level = LEVELS.find((level) => violations.some((violation) => violation.level === level));
  return { ok: level !== 'error' && errors.length === 0, level, violations, errors, stats: inspection.stats() };
}

const LEVELS = ['error', 'warn', 'note'] as const;

/**
 * Counts of a capture, and of each connection in it: frames, messages, bytes, compression, round trips, and how it ended.
 *
 * @example
 * const { frames, conns } = await stats(capture);
 */
export async function stats(source: CaptureSource, options?: StatsOptions): Promise<CaptureStats> {
  const inspection = inspect(source, { ...objectOf('options', options), records: [], payload: 'none' });
  await inspection.next();
  return inspection.stats();
}
