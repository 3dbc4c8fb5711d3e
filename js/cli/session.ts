/** Captures through the engine: what every command that reads them shares. */

import { readFileSync } from 'node:fs';
import { type Engine, EngineError, type EngineOptions, type Side } from '../inspect/engine.js';
import { engineOf } from '../inspect/module.js';
import type { CaptureRecord } from '../inspect/records.js';
import type { CaptureStats } from '../inspect/stats.js';
import { visible } from '../inspect/visible.js';
import { type Input, openInput } from './input.js';
import { isOfType, linesOfType, textOf } from './output/records.js';
import type { Source } from './source-flags.js';
import { clearProgress, complain, onInterrupt, progress } from './terminal.js';
import { UsageError } from './usage-error.js';
import { counted } from './words.js';

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
  /** Whether one of them is cut: the engine had all bytes, and could not read them to their end. */
  readonly cut: boolean;
  /** Whether not a byte of any could be read: then there is nothing to put in the place of what a file has. */
  readonly nothing: boolean;
  readonly interrupted: boolean;
}

/** Bytes that are read before records are taken: those of small frames are many times as large. */
const PIECE = 1 << 17;

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
  let cut = false;
  for (const parts of source.captures) {
    const inputs = parts.map(({ file, side }) => ({ side, input: openInput(file, source.kind, interrupt) }));
    const [first] = inputs;
    if (first === undefined) continue;
    const { more, troubles, told } = await readCapture(inputs, first.input, source, options, sink, interrupt);
    const counts = theEngine().stats();
    stats.push(counts);
    await sink.end?.(counts, first.input);
    if (source.verbose) complain(`${first.input.name}: ${told(counts)}`);
    // Of what was read on purpose up to here, the end is no end.
    cut ||= counts.cut && more && !interrupt.aborted;
    unreadable ||= troubles > 0 || (counts.troubles > 0 && counts.frames === 0);
    if (!more || interrupt.aborted) break;
  }
  clearProgress();
  const nothing = unreadable && stats.every(({ bytes }) => bytes === 0);
  return { stats, unreadable, cut, nothing, interrupted: interrupt.aborted };
}

function withoutErrors(ndjson: Uint8Array): Uint8Array {
  const lines = textOf(ndjson).split('\n');
  return Buffer.from(lines.filter((line) => !isOfType('error', line)).join('\n'));
}

interface Part {
  readonly input: Input;
  readonly side: Side;
}

interface Read {
  readonly more: boolean;
  readonly troubles: number;
  /** What it was and how fast it was read, in words. */
  told(counts: CaptureStats): string;
}

async function readCapture(
  parts: readonly Part[],
  first: Input,
  source: Source,
  options: EngineOptions,
  sink: Sink,
  interrupt: AbortSignal,
): Promise<Read> {
  await sink.begin?.(first);
  const watch = new Watch(source.progress);
  let more = true;
  let opened = false;
  let troubles = 0;
  const open = (input: Input): void => {
    if (opened) return;
    opened = true;
    const records = source.verbose ? [...(options.records ?? []), 'capture' as const] : options.records;
    openEngine({ ...options, records, ...source.options, source: input.name, from: input.from });
  };
  const drain = async (shown = (lines: Uint8Array): Uint8Array => lines): Promise<void> => {
    while (more) {
      const taken = theEngine().take(TAKE);
      if (taken.length === 0) return;
      const lines = shown(taken);
      if (source.verbose)
        for (const line of linesOfType('capture', lines)) watch.saw(JSON.parse(line) as CaptureRecord);
      more = await sink.lines(lines);
    }
  };
  for await (const { input, side, bytes } of inTurns(parts)) {
    // Only now it is known what the bytes are.
    open(input);
    for (let at = 0; at < bytes.length && more; at += PIECE) {
      theEngine().feed(bytes.subarray(at, at + PIECE), side);
      await drain();
    }
    watch.show(input);
    if (!more || interrupt.aborted) break;
  }
  const isRead = opened;
  open(first);
  for (const { input } of parts) {
    if (!source.quiet) for (const note of input.notes) complain(`${input.name}: ${note}`);
    for (const trouble of input.troubles) complain(`${input.name}: ${trouble}`);
    troubles += input.troubles.length;
  }
  theEngine().finish();
  // Of what could not be read at all there is nothing to tell: no record goes in the place of what a file has.
  // And where somebody has ended the input, what was on its way then is not a fault of the capture.
  if (isRead || troubles === 0) await drain(interrupt.aborted ? withoutErrors : undefined);
  return { more, troubles, told: (counts) => watch.told(counts) };
}

/** Chunks of all parts in turns: of two directions, the answer to the request is then not behind all that the client sent. */
async function* inTurns(
  parts: readonly Part[],
): AsyncGenerator<Part & { readonly bytes: Uint8Array }, void, undefined> {
  let open = parts.map((part) => ({ ...part, chunks: part.input.chunks() }));
  try {
    while (open.length > 0) {
      for (const part of open) {
        const { done, value } = await part.chunks.next();
        if (done) open = open.filter((other) => other !== part);
        else yield { input: part.input, side: part.side, bytes: value };
      }
    }
  } finally {
    for (const { chunks } of open) await chunks.return();
  }
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

/** How far a capture was read, and how fast: a line on a terminal if it takes long, and a remark at the end. */
class Watch {
  readonly #start = performance.now();
  readonly #shown: boolean;
  #next = this.#start + PROGRESS_AFTER;
  #kind = 'nothing';

  constructor(shown: boolean) {
    this.#shown = shown;
  }

  saw({ kind, level }: CaptureRecord): void {
    this.#kind = level === 'frame' ? kind : `${kind} with messages`;
  }

  show({ name, position, size }: Input): void {
    const now = performance.now();
    if (!this.#shown || now < this.#next) return;
    this.#next = now + PROGRESS_EVERY;
    const mib = (position / 2 ** 20).toFixed(0);
    const rate = (position / 2 ** 20 / ((now - this.#start) / 1000)).toFixed(0);
    const share =
      size === undefined || size === 0
        ? ''
        : ` of ${(size / 2 ** 20).toFixed(0)} (${Math.floor((position / size) * 100)} %)`;
    progress(`${name}: ${mib}${share} MiB, ${rate} MiB/s`);
  }

  told({ bytes, packets }: CaptureStats): string {
    const what = [
      `read as ${this.#kind}`,
      counted(bytes, 'byte'),
      ...(packets > 0 ? [counted(packets, 'packet')] : []),
    ];
    return `${what.join(', ')} in ${((performance.now() - this.#start) / 1000).toFixed(2)} s`;
  }
}
