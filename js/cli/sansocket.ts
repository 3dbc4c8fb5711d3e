#!/usr/bin/env node
/** `npx sansocket`. */

import { version } from 'sansocket';
import { visible } from '../inspect/visible.js';
import { decode, decodeHelp } from './decode.js';
import { complain, ExitCode, print } from './terminal.js';

const help = `Usage: sansocket COMMAND

Commands:
  decode FILE|-   WebSocket frames in the raw bytes of one direction of a connection

Options:
  -h, --help      this text, or that of a command
  --version       ${version}
`;

async function main([command, ...rest]: string[]): Promise<number> {
  if (command === '--version') return print(`${version}\n`);
  if (command === '--help' || command === '-h') return print(help);
  if (command === 'help') return print(rest[0] === 'decode' ? decodeHelp : help);
  if (command === 'decode') return decode(rest);
  const problem = command === undefined ? 'no command' : `there is no command "${visible(command)}"`;
  complain(`${problem}\nTry "sansocket --help".`);
  return ExitCode.Trouble;
}

// Not process.exit(): what is written to a pipe has to arrive first.
process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  complain(visible(error.message));
  return ExitCode.Trouble;
});
