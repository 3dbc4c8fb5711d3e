#!/usr/bin/env node
/** `npx sansocket`. */

import { existsSync } from 'node:fs';
import { version } from '../constants.js';
import { visible } from '../inspect/visible.js';
import type { Command } from './command.js';
import { commandNamed, commands } from './commands.js';
import { parseLine } from './flags.js';
import { commandHelp, commonFlags, overview } from './help.js';
import { nearest } from './nearest.js';
import { complain, ExitCode, fitted, OutputError, painter, print, useColor } from './terminal.js';
import { UsageError } from './usage-error.js';

async function main(args: readonly string[]): Promise<number> {
  const [first = '', ...rest] = args;
  if (first === '--version' || first === '-V') return print(`${version}\n`);
  if (first === 'help') return helpOn(rest[0]);
  const named = commandNamed(first);
  if (named !== undefined) return run(named, rest);
  if (first === '--help' || first === '-h' || (args.length === 0 && process.stdin.isTTY)) return helpOn(undefined);
  if (!first.startsWith('-') && !existsSync(first)) {
    const near = nearest(
      first,
      commands.map(({ name }) => name),
    );
    if (near !== undefined && !/[./\\]/.test(first)) {
      return misused('', `"${visible(first)}" is neither a command nor a file; did you mean the command ${near}?`);
    }
  }
  const decode = commandNamed('decode');
  return decode === undefined ? ExitCode.Trouble : run(decode, args);
}

async function run(command: Command, args: readonly string[]): Promise<number> {
  try {
    const { values, operands } = parseLine({ ...command.flags, ...commonFlags }, args);
    useColor(values.color ?? 'auto');
    if (values.help) return await print(commandHelp(command, !args.includes('-h'), painter(), fitted()));
    if (command.files) checkOrder(operands);
    return await command.run({ values, operands });
  } catch (error) {
    if (error instanceof UsageError) return misused(` ${command.name}`, error.message);
    throw error;
  }
}

/** A command behind flags would be taken for a file that is not there. */
function checkOrder(operands: readonly string[]): void {
  const misplaced = operands.find((operand) => commandNamed(operand) !== undefined && !existsSync(operand));
  if (misplaced !== undefined) throw new UsageError(`the command comes first: sansocket ${misplaced} …`);
}

function helpOn(name: string | undefined): Promise<number> | number {
  if (name === undefined || name === '') return print(overview(commands, version, painter(), fitted()));
  const named = commandNamed(name);
  if (named !== undefined) return print(commandHelp(named, true, painter(), fitted()));
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  return misused('', `there is no command "${visible(name)}"${near === undefined ? '' : `; did you mean ${near}?`}`);
}

function misused(command: string, message: string): number {
  complain(`${message}\nTry "sansocket${command} --help".`);
  return ExitCode.Trouble;
}

// Not process.exit(): what is written to a pipe has to arrive first.
process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  complain(error instanceof OutputError ? error.message : visible(error.message));
  return ExitCode.Trouble;
});
