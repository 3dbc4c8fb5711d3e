/** `sansocket decode`: frames in the raw bytes of one direction, one line each. */

import { parseArgs } from 'node:util';
import { type Item, StreamReader } from '../inspect/reader.js';
import { visible } from '../inspect/visible.js';
import { type Format, openInput } from './input.js';
import { ndjsonOf } from './ndjson.js';
import { complain, ExitCode, painter, print } from './terminal.js';
import { type Look, linesOf } from './text.js';

const MIB = 1 << 20;
const MAX_FRAME_MIB = 64;

export const decodeHelp = `Usage: sansocket decode [OPTION]... FILE|-

Shows the WebSocket frames in FILE, or in what comes through standard input: the raw bytes of one direction of a
connection, with or without the head of its opening handshake. They may be binary, hex in any notation (xxd, hexdump -C,
0x81, \\x81, ...) or base64; which of them it is, is recognised.

Options:
  --format bin|hex|base64   read FILE as this
  --role client|server      who receives these bytes; without it, the handshake or the first mask bit tells
  --json                    one JSON object per line: every field, and the whole payload
  --max-frame MIB           the longest payload of a frame that is read; ${MAX_FRAME_MIB} by default
  --color auto|always|never colours; auto: on a terminal, unless NO_COLOR is set
  -h, --help                this text

Exit code: 0 if all is well, 1 if the frames break the protocol, 2 if not everything could be read.

Examples:
  sansocket decode capture.bin
  echo 81 85 37 fa 21 3d 7f 9f 4d 51 58 | sansocket decode -
  sansocket decode --json capture.bin | jq -r 'select(.opName == "text") | .payload.text'
`;

/** The command line, understood. */
interface Command {
  readonly file: string;
  readonly format: Format | undefined;
  readonly role: 'client' | 'server' | undefined;
  readonly json: boolean;
  readonly maxFrameSize: number;
  readonly color: 'auto' | 'always' | 'never';
}

/** Runs the command; resolves to its exit code. */
export async function decode(args: readonly string[]): Promise<number> {
  let command: Command | 'help';
  try {
    command = commandOf(args);
  } catch (error) {
    complain(`${visible((error as Error).message)}\nTry "sansocket decode --help".`);
    return ExitCode.Trouble;
  }
  return command === 'help' ? print(decodeHelp) : run(command);
}

function commandOf(args: readonly string[]): Command | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      role: { type: 'string' },
      json: { type: 'boolean', default: false },
      'max-frame': { type: 'string', default: String(MAX_FRAME_MIB) },
      color: { type: 'string', default: 'auto' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [file, ...more] = positionals;
  if (file === undefined) throw new Error('no FILE; - is standard input');
  if (more.length > 0) throw new Error(`one FILE at a time, not ${positionals.length}`);
  const mib = Number(values['max-frame']);
  if (!Number.isInteger(mib) || mib < 1 || mib > 2048) throw new Error('--max-frame is a whole number from 1 to 2048');
  return {
    file,
    format: choice('--format', values.format, ['bin', 'hex', 'base64']),
    role: choice('--role', values.role, ['client', 'server']),
    json: values.json,
    maxFrameSize: mib * MIB,
    color: choice('--color', values.color, ['auto', 'always', 'never']) ?? 'auto',
  };
}

function choice<T extends string>(flag: string, value: string | undefined, choices: readonly T[]): T | undefined {
  const chosen = choices.find((candidate) => candidate === value);
  if (value !== undefined && chosen === undefined)
    throw new Error(`${flag} is ${choices.join(' or ')}, not "${value}"`);
  return chosen;
}

async function run({ file, format, role, json, maxFrameSize, color }: Command): Promise<number> {
  const reader = new StreamReader({ role, maxFrameSize });
  const look: Look = { paint: painter(color), columns: process.stdout.isTTY ? process.stdout.columns : undefined };
  let violations = 0;
  const show = async (items: Iterable<Item>): Promise<void> => {
    let pending = '';
    for (const item of items) {
      violations += item.violations.length;
      pending += json ? ndjsonOf(item, reader.role) : linesOf(item, reader.role, look);
      if (pending.length < 1 << 16) continue;
      await print(pending);
      pending = '';
    }
    if (pending !== '') await print(pending);
  };

  const input = openInput(file, format);
  for await (const bytes of input.chunks()) await show(reader.read(bytes));
  await show(reader.end());

  const troubles = [reader.trouble, input.trouble].filter((trouble) => trouble !== undefined);
  const name = file === '-' ? 'standard input' : visible(file);
  for (const trouble of troubles) complain(`${name}: ${trouble}`);
  if (json)
    for (const text of troubles) await print(`${JSON.stringify({ v: 1, type: 'error', source: name, text })}\n`);
  else if (reader.received > 0 || troubles.length === 0)
    complain(`${name}: ${summary(reader, input.format, violations)}`);
  if (troubles.length > 0) return ExitCode.Trouble;
  return violations > 0 ? ExitCode.Violations : ExitCode.Ok;
}

function summary(reader: StreamReader, format: Format | undefined, violations: number): string {
  const written = format === undefined || format === 'bin' || reader.received === 0 ? '' : ` of ${format}`;
  const parts = [counted(reader.frames, 'frame'), `${counted(reader.received, 'byte')}${written}`];
  if (reader.role !== undefined) parts.push(`received by a ${reader.role}`);
  if (reader.messageOpen) parts.push('the last message is not finished');
  parts.push(violations === 0 ? 'no violation' : counted(violations, 'violation'));
  return parts.join(', ');
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
