/** Help, from the table of commands: short by `-h`, with examples by `--help`. */

import type { Command } from './command.js';
import { type Flag, type Flags, valueName } from './flags.js';
import type { Paint } from './terminal.js';
import { WIDTH, wrapped } from './wrap.js';

const INDENT = 2;

/** Flags that every command has. */
export const commonFlags = {
  color: {
    kind: 'choice',
    choices: ['auto', 'always', 'never'],
    help: 'colours; auto: on a terminal, by NO_COLOR and FORCE_COLOR',
  },
  help: { kind: 'switch', short: 'h', help: 'this text with examples; -h: the flags alone' },
} as const satisfies Flags;

/** The overview of all commands, in lines of at most `width` columns. */
export function overview(commands: readonly Command[], version: string, paint: Paint, width = WIDTH): string {
  const lines = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    wrapped(
      `sansocket ${version}: WebSocket captures decoded, every byte explained, every violation named`,
      0,
      width,
    ).replace('sansocket', (name) => paint('bold', name)),
    '',
    `Usage: sansocket [COMMAND] [FLAG]... [FILE|-]...`,
    '',
    wrapped(
      'Without a command: decode. - is standard input, which is also read when it is a pipe and no FILE is given.',
      0,
      width,
    ),
    '',
    paint('bold', 'Commands'),
    table(lines, paint, width),
    '',
    paint('bold', 'Examples'),
    examples(
      [
        ['sansocket capture.pcapng', 'the frames of every connection'],
        ['tcpdump -U -w - port 8080 | sansocket', 'live'],
        ['sansocket lint capture.har', 'exit code 1 if somebody breaks the protocol'],
        ['echo 81 05 48 65 6c 6c 6f | sansocket', 'bytes in any notation'],
        ['sansocket explain 1006', ''],
      ],
      paint,
      width,
    ),
    '',
    'sansocket COMMAND --help has the flags and examples of each.',
    '',
  ].join('\n');
}

/** The help of a command; `long` has what it is about, examples and notes as well. */
export function commandHelp(
  { name, usage, about, flags, notes, ...more }: Command,
  long: boolean,
  paint: Paint,
  width = WIDTH,
): string {
  const rows = Object.entries({ ...flags, ...commonFlags }).map(([flag, definition]): [string, string] => [
    spelled(flag, definition),
    definition.help,
  ]);
  const parts = [wrapped(`Usage: sansocket ${name} ${usage}`, 0, width, 7), ''];
  parts.push(wrapped(long ? about : more.summary, 0, width), '');
  parts.push(paint('bold', 'Flags'), table(rows, paint, width), '');
  if (long && notes !== undefined) parts.push(wrapped(notes, 0, width), '');
  if (long) parts.push(paint('bold', 'Examples'), examples(more.examples, paint, width), '');
  else parts.push(`sansocket ${name} --help has examples.`, '');
  return parts.join('\n');
}

/** How a flag is written: `-o, --output FILE`. One that has a letter for its name is `-w FILE`. */
function spelled(name: string, flag: Flag): string {
  const { short, also = [] } = flag;
  const long = [name, ...also].filter((each) => each.length > 1).map((each) => `--${each}`);
  const names = [...(short === undefined ? [] : [`-${short}`]), ...long];
  const indent = short === undefined ? '    ' : '';
  return `${indent}${names.join(', ')} ${valueName(flag)}`.trimEnd();
}

/** Lines with what they are for beside them, or above where a line is too long for that. */
function examples(lines: Command['examples'], paint: Paint, width: number): string {
  const indent = ' '.repeat(INDENT);
  const column = Math.max(0, ...lines.map(([line]) => line.length).filter((length) => length <= 50));
  return lines
    .map(([line, purpose]) => {
      if (purpose === '') return indent + line;
      const comment = paint('dim', `# ${purpose}`);
      const fits = line.length <= column && INDENT + column + purpose.length + 4 <= width;
      return fits ? `${indent}${line.padEnd(column)}  ${comment}` : `${indent}${comment}\n${indent}${line}`;
    })
    .join('\n');
}

/** Two columns; what is too wide for the first has a line of its own. */
function table(rows: readonly (readonly [string, string])[], paint: Paint, width: number): string {
  const longest = Math.max(...rows.map(([first]) => first.length));
  const first = Math.min(longest, 28);
  return rows
    .map(([term, text]) => {
      const left = `${' '.repeat(INDENT)}${paint('cyan', term)}`;
      const body = wrapped(text, INDENT + first + 2, width);
      if (term.length > first) return `${left}\n${body}`;
      return `${left}${' '.repeat(first - term.length + 2)}${body.trimStart()}`;
    })
    .join('\n');
}
