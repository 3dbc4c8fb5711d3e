/** What a command is: the table of them is what help, parsing and completion come from. */

import type { Flags, Line } from './flags.js';

export interface Command<F extends Flags = Flags> {
  readonly name: string;
  /** A line for the list of commands. */
  readonly summary: string;
  /** What follows `sansocket NAME` in the line of usage. */
  readonly usage: string;
  /** Paragraphs on what it does. */
  readonly about: string;
  readonly flags: F;
  /** Command lines that teach, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Paragraphs behind the flags, such as on exit codes. */
  readonly notes?: string;
  /** Whether operands are files, for completion. */
  readonly files: boolean;
  /** Words that it takes as operands, for completion. */
  readonly words?: readonly string[];
  /** Runs it; resolves to the exit code. Throws a `UsageError` for what the table cannot tell. */
  run(line: Line<F>): Promise<number>;
}

/** A command for the table, its flags checked against its use of them. */
export function command<const F extends Flags>(definition: Command<F>): Command {
  return definition as unknown as Command;
}
