/** What programs share that print: exit codes, complaints, colours, and a reader that may go away. */

import { once } from 'node:events';

export const ExitCode = {
  /** Everything was read, and it is as it should be. */
  Ok: 0,
  /** Everything was read, and it breaks the protocol. */
  Violations: 1,
  /** Not everything was read, or the command line is wrong. */
  Trouble: 2,
} as const;

// `sansocket decode FILE | head` ends well when `head` has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? ExitCode.Ok : ExitCode.Trouble);
});
process.stderr.on('error', () => {});

/** Writes to stdout; resolves, to the exit code for success, when more may be written. */
export async function print(text: string): Promise<number> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  return ExitCode.Ok;
}

/** Writes a message to stderr. Whatever in it comes from outside was made `visible` before. */
export function complain(message: string): void {
  process.stderr.write(`sansocket: ${message}\n`);
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;
export type Style = keyof typeof CODES;
export type Paint = (style: Style, text: string) => string;

/** Styles text if `always`, or if stdout is a terminal with colours (which heeds NO_COLOR and FORCE_COLOR). */
export function painter(choice: 'auto' | 'always' | 'never'): Paint {
  const { stdout } = process;
  const coloured = choice === 'always' || (choice === 'auto' && stdout.isTTY === true && stdout.hasColors());
  return coloured ? (style, text) => `\x1b[${CODES[style]}m${text}\x1b[0m` : (_style, text) => text;
}
