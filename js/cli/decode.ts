/** `sansocket decode`: frames in the raw bytes of one direction, one line each. */

import { type Item, StreamReader } from '../inspect/reader.js';
import { visible } from '../inspect/visible.js';
import { command } from './command.js';
import { type Format, openInput } from './input.js';
import { ndjsonOf } from './ndjson.js';
import { columns, complain, ExitCode, painter, print } from './terminal.js';
import { type Look, linesOf } from './text.js';
import { UsageError } from './usage-error.js';

const MIB = 1 << 20;
const MAX_FRAME_MIB = 64;

export const decode = command({
  name: 'decode',
  summary: 'frames of a capture (the default)',
  usage: '[FLAG]... FILE|-',
  about: 'Shows the WebSocket frames in FILE.',
  flags: {
    format: { kind: 'choice', choices: ['bin', 'hex', 'base64'], help: 'read FILE as this' },
    role: { kind: 'choice', choices: ['client', 'server'], help: 'who receives these bytes' },
    json: { kind: 'switch', help: 'one JSON object per line' },
    'max-frame': {
      kind: 'integer',
      value: 'MIB',
      min: 1,
      max: 2048,
      help: 'the longest payload of a frame that is read',
    },
  },
  examples: [['sansocket decode capture.bin', '']],
  files: true,
  run: async ({ values, operands: [file = '-', ...more] }) => {
    if (more.length > 0) throw new UsageError('one FILE at a time');
    return run({ file, ...values, maxFrameSize: (values['max-frame'] ?? MAX_FRAME_MIB) * MIB });
  },
});

interface Command {
  readonly file: string;
  readonly format: Format | undefined;
  readonly role: 'client' | 'server' | undefined;
  readonly json: boolean;
  readonly maxFrameSize: number;
}

async function run({ file, format, role, json, maxFrameSize }: Command): Promise<number> {
  const reader = new StreamReader({ role, maxFrameSize });
  const look: Look = { paint: painter(), columns: columns() };
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
  return violations > 0 ? ExitCode.Findings : ExitCode.Ok;
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
