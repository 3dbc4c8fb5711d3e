/** Captures through the engine: what every command that reads them shares. */

import { readFileSync } from 'node:fs';
import { type Engine, EngineError, type EngineOptions, type Side } from '../inspect/engine.js';
import { engineOf } from '../inspect/module.js';
import type { CaptureStats } from '../inspect/stats.js';
import { visible } from '../inspect/visible.js';
import { type Input, openInput } from './input.js';
import type { Source } from './source-flags.js';
import { clearProgress, complain, onInterrupt, progress } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Takes the records of captures, as lines of NDJSON. */
export interface Sink {
  /** A capture begins. */
  begin?(input: Input): void | Promise<void>;
  /** Whole lines. Resolves to whether more are wanted. */
  lines(ndjson: Uint8Array): Promise<boolean>;
  /** A capture has ended. */
  end?(stats: CaptureStats, input: Input): void | Promise<void>;
}

/** What became of all captures. */
export interface Outcome {
  readonly stats: readonly CaptureStats[];
  /** Whether one of them could not be read, to its end or at all. */
  readonly unreadable: boolean;
  readonly interrupted: boolean;
}

/** Bytes of records that are taken at once. */
const TAKE = 1 << 18;

/** So many milliseconds pass before progress is shown, and between two of its lines. */
const PROGRESS_AFTER = 700;
const PROGRESS_EVERY = 100;

let engine: Engine | undefined;

/** The engine, compiled at the first use. */
export function theEngine(): Engine {
  engine ??= engineOf(readFileSync(new URL('../inspector.wasm', import.meta.url)));
  return engine;
}

/** Reads captures one after the other, and gives their records to a sink. */
export async function readCaptures(source: Source, options: EngineOptions, sink: Sink): Promise<Outcome> {
  const interrupt = onInterrupt();
  const stats: CaptureStats[] = [];
  let unreadable = false;
  for (const parts of source.captures) {
    const inputs = parts.map(({ file, side }) => ({ side, input: openInput(file, source.kind, interrupt) }));
    const [first] = inputs;
    if (first === undefined) continue;
    const { more, troubles } = await readCapture(inputs, first.input, source, options, sink, interrupt);
    const counted = theEngine().stats();
    stats.push(counted);
    await sink.end?.(counted, first.input);
    unreadable ||= troubles > 0 || (counted.troubles > 0 && counted.frames === 0);
    if (!more || interrupt.aborted) break;
  }
  clearProgress();
  return { stats, unreadable, interrupted: interrupt.aborted };
}

interface Part {
  readonly input: Input;
  readonly side: Side;
}

async function readCapture(
  parts: readonly Part[],
  first: Input,
  source: Source,
  options: EngineOptions,
  sink: Sink,
  interrupt: AbortSignal,
): Promise<{ readonly more: boolean; readonly troubles: number }> {
  await sink.begin?.(first);
  const watch = new Progress();
  let more = true;
  let opened = false;
  let troubles = 0;
  const open = (input: Input): void => {
    if (opened) return;
    opened = true;
    openEngine({ ...options, ...source.options, source: input.name, from: input.from });
  };
  const drain = async (): Promise<void> => {
    while (more) {
      const lines = theEngine().take(TAKE);
      if (lines.length === 0) return;
      more = await sink.lines(lines);
    }
  };
  for (const { input, side } of parts) {
    for await (const bytes of input.chunks()) {
      // Only now it is known what the bytes are.
      open(input);
      theEngine().feed(bytes, side);
      await drain();
      watch.show(input);
      if (!more || interrupt.aborted) break;
    }
    open(input);
    if (!source.quiet) for (const note of input.notes) complain(`${input.name}: ${note}`);
    for (const trouble of input.troubles) complain(`${input.name}: ${trouble}`);
    troubles += input.troubles.length;
    if (!more || interrupt.aborted) break;
  }
  theEngine().finish();
  await drain();
  return { more, troubles };
}

function openEngine(options: EngineOptions): void {
  try {
    theEngine().open(options);
  } catch (error) {
    if (error instanceof EngineError) throw new UsageError(pointed(error.message, options.filter ?? ''));
    throw error;
  }
}

/** What is wrong with a filter, with a caret below the place. */
function pointed(message: string, filter: string): string {
  const [, from, what] = /^the filter, bytes? (\d+)[^:]*: (.*)$/s.exec(message) ?? [];
  if (from === undefined || what === undefined) return visible(message);
  const before = Buffer.from(filter).subarray(0, Number(from)).toString();
  return `the filter: ${visible(what)}\n  ${visible(filter)}\n  ${' '.repeat(visible(before).length)}^`;
}

/** A line on how far a file was read, if that takes long. */
class Progress {
  readonly #start = performance.now();
  #next = this.#start + PROGRESS_AFTER;

  show({ name, position, size }: Input): void {
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + PROGRESS_EVERY;
    const mib = (position / 2 ** 20).toFixed(0);
    const rate = (position / 2 ** 20 / ((now - this.#start) / 1000)).toFixed(0);
    const share =
      size === undefined || size === 0
        ? ''
        : ` of ${(size / 2 ** 20).toFixed(0)} (${Math.floor((position / size) * 100)} %)`;
    progress(`${name}: ${mib}${share} MiB, ${rate} MiB/s`);
  }
}
