/** Help, from the table of commands: short by `-h`, with examples by `--help`. */

import type { Command } from './command.js';
import { type Flag, type Flags, valueName } from './flags.js';
import type { Paint } from './terminal.js';

const WIDTH = 100;
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

/** The overview of all commands. */
export function overview(commands: readonly Command[], version: string, paint: Paint): string {
  const lines = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    `${paint('bold', 'sansocket')} ${version}: WebSocket captures decoded, every byte explained, every violation named`,
    '',
    `Usage: sansocket [COMMAND] [FLAG]... [FILE|-]...`,
    '',
    'Without a command: decode. - is standard input, which is also read when it is a pipe and no FILE is given.',
    '',
    paint('bold', 'Commands'),
    table(lines, paint),
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
): string {
  const rows = Object.entries({ ...flags, ...commonFlags }).map(([flag, definition]): [string, string] => [
    spelled(flag, definition),
    definition.help,
  ]);
  const parts = [`Usage: sansocket ${name} ${usage}`, '', long ? wrapped(about, 0) : wrapped(more.summary, 0), ''];
  parts.push(paint('bold', 'Flags'), table(rows, paint), '');
  if (long && notes !== undefined) parts.push(wrapped(notes, 0), '');
  if (long) parts.push(paint('bold', 'Examples'), examples(more.examples, paint), '');
  else parts.push(`sansocket ${name} --help has examples.`, '');
  return parts.join('\n');
}

/** How a flag is written: `-o, --output FILE`. */
function spelled(name: string, flag: Flag): string {
  const { short, also = [] } = flag;
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${name}`, ...also.map((other) => `--${other}`)];
  const indent = short === undefined ? '    ' : '';
  return `${indent}${names.join(', ')} ${valueName(flag)}`.trimEnd();
}

/** Lines with what they are for beside them, or above where a line is too long for that. */
function examples(lines: Command['examples'], paint: Paint): string {
  const indent = ' '.repeat(INDENT);
  const column = Math.max(0, ...lines.map(([line]) => line.length).filter((length) => length <= 50));
  return lines
    .map(([line, purpose]) => {
      if (purpose === '') return indent + line;
      const comment = paint('dim', `# ${purpose}`);
      const fits = line.length <= column && INDENT + column + purpose.length + 4 <= WIDTH;
      return fits ? `${indent}${line.padEnd(column)}  ${comment}` : `${indent}${comment}\n${indent}${line}`;
    })
    .join('\n');
}

/** Two columns; what is too wide for the first has a line of its own. */
function table(rows: readonly (readonly [string, string])[], paint: Paint): string {
  const longest = Math.max(...rows.map(([first]) => first.length));
  const first = Math.min(longest, 28);
  return rows
    .map(([term, text]) => {
      const left = `${' '.repeat(INDENT)}${paint('cyan', term)}`;
      const body = wrapped(text, INDENT + first + 2);
      if (term.length > first) return `${left}\n${body}`;
      return `${left}${' '.repeat(first - term.length + 2)}${body.trimStart()}`;
    })
    .join('\n');
}

/** Text in lines of at most `WIDTH` characters, each behind `indent` spaces; blank lines part paragraphs. */
export function wrapped(text: string, indent: number, width = WIDTH): string {
  const room = width - indent;
  const lines = text.split('\n').map((paragraph) => {
    const words = paragraph.split(' ');
    let line = '';
    const done: string[] = [];
    for (const word of words) {
      if (line !== '' && line.length + 1 + word.length > room) {
        done.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    return [...done, line].map((each) => (each === '' ? '' : ' '.repeat(indent) + each)).join('\n');
  });
  return lines.join('\n');
}
