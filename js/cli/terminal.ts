/** What programs share that print: exit codes, complaints, colours, progress, and a reader that may go away. */

import { once } from 'node:events';
import { WIDTH } from './wrap.js';

export const ExitCode = {
  Ok: 0,
  /** Everything was read, and it breaks the protocol; or nothing matched, where that was asked. */
  Findings: 1,
  /** The command line is wrong, or the input cannot be read. */
  Trouble: 2,
  /** `--strict`, and the input is damaged. */
  Damaged: 3,
  Interrupted: 130,
} as const;

// `sansocket decode FILE | head` ends well when `head` has seen enough.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(ExitCode.Ok);
  complain(`standard output cannot be written: ${message}`);
  process.exit(ExitCode.Trouble);
});
process.stderr.on('error', () => {});

/** Output cannot be written, which no help helps. Its message is safe to print. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** Writes to stdout; resolves, to the exit code for success, when more may be written. */
export async function print(text: string | Uint8Array): Promise<number> {
  if (text.length > 0 && !process.stdout.write(text)) await once(process.stdout, 'drain');
  return ExitCode.Ok;
}

/** Writes a message to stderr. Whatever in it comes from outside was made `visible` before. */
export function complain(message: string): void {
  clearProgress();
  process.stderr.write(`sansocket: ${message}\n`);
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
export type Style = keyof typeof CODES;
export type Paint = (style: Style, text: string) => string;
export type ColorChoice = 'auto' | 'always' | 'never';

/** Leaves text as it is. */
export const plain: Paint = (_style, text) => text;

let choice: ColorChoice = 'auto';

/** What `--color` says. */
export function useColor(chosen: ColorChoice): void {
  choice = chosen;
}

/** Styles text where that is wanted: by the flag, else FORCE_COLOR, else NO_COLOR, else on a terminal with colours. */
export function painter(): Paint {
  const { stdout, env } = process;
  const { FORCE_COLOR: force = '', NO_COLOR: no = '' } = env;
  const byEnvironment = force !== '' ? !/^(0|false)$/.test(force) : no === '' && stdout.isTTY && stdout.hasColors();
  const coloured = choice === 'always' || (choice !== 'never' && byEnvironment);
  return coloured ? (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m` : plain;
}

/** A line with a name in front of what is named. */
export function row(name: string, value: string, paint: Paint): string {
  return `${paint('dim', name.padEnd(14))}${value}`;
}

/** Columns of the terminal that is written to; `undefined` for files and pipes, where nothing is cut. */
export function columns(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** Columns for prose: those of the terminal, but no more than can be read. */
export function fitted(): number {
  return Math.min(columns() ?? WIDTH, WIDTH);
}

/** Ctrl-C ends the input: what was read is finished and shown. A second one ends the program. */
export function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    process.once('SIGINT', () => process.exit(ExitCode.Interrupted));
  });
  return controller.signal;
}

let progressShown = false;

/** Shows how far it is, in one line of a terminal that is written over by the next. Nothing else is done elsewhere. */
export function progress(text: string): void {
  if (!process.stderr.isTTY) return;
  const room = Math.max((process.stderr.columns || 80) - 1, 20);
  process.stderr.write(`\r\x1b[K${text.slice(0, room)}`);
  progressShown = true;
}

/** Takes the line of progress away. */
export function clearProgress(): void {
  if (!progressShown) return;
  process.stderr.write('\r\x1b[K');
  progressShown = false;
}
