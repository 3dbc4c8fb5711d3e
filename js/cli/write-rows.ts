/** Rows of captures in any format, to a file or standard output: what decode and convert share. */

import type { EngineOptions } from '../inspect/engine.js';
import type { Layer } from './output/dump.js';
import { recordsFor, sinkFor, type Writing } from './output/formats.js';
import { openOutput } from './output/output.js';
import { Clock, type TimeFormat } from './output/time.js';
import { type Outcome, readCaptures } from './session.js';
import type { Source } from './source-flags.js';
import { complain } from './terminal.js';
import { UsageError } from './usage-error.js';
import { summaryOf } from './words.js';

/** What is written, of what, and how. */
export interface Job extends Omit<Writing, 'look'> {
  readonly source: Source;
  /** Where it is written; standard output if it is `undefined`. */
  readonly file: string | undefined;
  readonly time: TimeFormat;
  readonly dump: Layer | undefined;
  /** How much of payloads is written; `undefined`: what suits the format. */
  readonly payload: EngineOptions['payload'];
  readonly maxPayload: number | undefined;
  readonly bytes: EngineOptions['bytes'];
}

/** Writes rows; resolves to what became of the captures, and whether there were any rows. */
export async function writeRows(job: Job): Promise<{ readonly outcome: Outcome; readonly wrote: boolean }> {
  const { source, format, follow, dump } = job;
  const files = source.captures.flat().map(({ file }) => file);
  const output = openOutput(job.file, files);
  if ((format === 'raw' || format === 'pcapng') && output.isTerminal) {
    throw new UsageError(`${format} would drive the terminal: send it to a file or a pipe`);
  }
  const look = { paint: output.paint, columns: output.columns, clock: new Clock(job.time), dump };
  const writing: Writing = { ...job, look };
  const preview = format === 'pretty' && !follow && dump === undefined;
  const sink = sinkFor(writing, output);
  const outcome = await readCaptures(
    source,
    {
      ...recordsFor(writing),
      payload: job.payload ?? (preview ? 'preview' : 'full'),
      maxPayload: job.maxPayload,
      bytes: job.bytes ?? (format === 'pretty' ? 'hex' : 'base64'),
      filter: job.selection.filter,
    },
    sink,
  );
  if (!outcome.nothing || !output.replaces) await sink.finish();
  if (format === 'pretty' && !source.quiet) for (const stats of outcome.stats) complain(summaryOf(stats));
  return { outcome, wrote: sink.wrote };
}
