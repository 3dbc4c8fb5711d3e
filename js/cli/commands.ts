/** The commands, in the order of the help. */

import type { Command } from './command.js';
import { completionOf } from './completion.js';
import { convert } from './convert.js';
import { decode } from './decode.js';
import { encode } from './encode.js';
import { explain } from './explain.js';
import { extract } from './extract.js';
import { handshake } from './handshake.js';
import { lint } from './lint.js';
import { stats } from './stats.js';

const working: readonly Command[] = [decode, lint, stats, extract, convert, encode, handshake, explain];

export const commands: readonly Command[] = [...working, completionOf(working)];

/** The command with this name. */
export function commandNamed(name: string): Command | undefined {
  const wanted = name === 'completions' ? 'completion' : name;
  return commands.find((command) => command.name === wanted);
}
