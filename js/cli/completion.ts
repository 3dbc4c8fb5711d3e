/** `sansocket completion`: scripts for the shells, from the table of commands. */

import type { Command } from './command.js';
import { command } from './command.js';
import { type Flag, valueName } from './flags.js';
import { commonFlags } from './help.js';
import { print } from './terminal.js';
import { UsageError } from './usage-error.js';

const SHELLS = ['bash', 'zsh', 'fish'];

/** The command that writes completions for `others` and itself. */
export function completionOf(others: readonly Command[]): Command {
  const self: Command = command({
    name: 'completion',
    summary: 'a script that completes commands, flags and values in a shell',
    usage: 'bash|zsh|fish',
    about: 'Writes a script for the shell. What it completes comes from the same table as the help.',
    flags: {},
    files: false,
    words: SHELLS,
    examples: [
      ['source <(sansocket completion bash)', 'in ~/.bashrc'],
      ['source <(sansocket completion zsh)', 'in ~/.zshrc, behind compinit'],
      ['sansocket completion fish | source', 'in config.fish'],
    ],
    run: async ({ operands: [shell, extra] }) => {
      if (shell === undefined || extra !== undefined || !SHELLS.includes(shell)) {
        throw new UsageError(`which shell? ${SHELLS.join(', ')}`);
      }
      const commands = [...others, self];
      if (shell === 'bash') return print(bash(commands));
      return print(shell === 'zsh' ? zsh(commands) : fish(commands));
    },
  });
  return self;
}

/** A flag with the names and values that complete. */
interface Completed {
  readonly names: readonly string[];
  readonly short: string | undefined;
  readonly help: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
  readonly takesFile: boolean;
}

function flagsOf({ flags }: Command): Completed[] {
  return Object.entries({ ...flags, ...commonFlags } as Readonly<Record<string, Flag>>).map(([name, flag]) => ({
    names: [name, ...(flag.also ?? [])].filter((each) => each.length > 1),
    short: flag.short,
    help: flag.help,
    takesValue: flag.kind !== 'switch',
    values: flag.kind === 'choice' ? flag.choices : [],
    takesFile: /^(FILE|DIR)$/.test(valueName(flag)),
  }));
}

const spelledOf = ({ names, short }: Completed): string[] => [
  ...names.map((name) => `--${name}`),
  ...(short === undefined ? [] : [`-${short}`]),
];

/** A word in single quotes, as all three shells read it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(commands: readonly Command[]): string {
  const cases = commands.flatMap((each) => {
    const flags = flagsOf(each);
    const byValue = flags.filter(({ takesValue }) => takesValue);
    return [
      `    ${each.name})`,
      '      case "$previous" in',
      ...byValue.map((flag) => {
        const action = flag.takesFile
          ? `IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$word"))`
          : `COMPREPLY=($(compgen -W ${quoted(flag.values.join(' '))} -- "$word"))`;
        return `        ${spelledOf(flag).join('|')}) ${action}; return ;;`;
      }),
      '      esac',
      `      flags=${quoted(flags.flatMap(spelledOf).join(' '))}`,
      `      words=${quoted((each.words ?? []).join(' '))}`,
      `      files=${each.files ? 1 : ''}`,
      '      ;;',
    ];
  });
  return `${[
    '# bash completion of sansocket',
    '_sansocket() {',
    `  local word=$2 previous=$3 command=\${COMP_WORDS[1]}`,
    `  local flags words files IFS=$' \\t\\n'`,
    '  COMPREPLY=()',
    '  if [ "$COMP_CWORD" -eq 1 ] && [[ "$word" != -* ]]; then',
    `    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$word"))`,
    `    IFS=$'\\n'; COMPREPLY+=($(compgen -f -- "$word"))`,
    '    return',
    '  fi',
    `  case " ${commands.map(({ name }) => name).join(' ')} " in *" $command "*) ;; *) command=decode ;; esac`,
    '  case "$command" in',
    ...cases,
    '  esac',
    '  if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$word")); return; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    `  if [ -n "$files" ]; then IFS=$'\\n'; COMPREPLY+=($(compgen -f -- "$word")); fi`,
    '}',
    'complete -o filenames -F _sansocket sansocket',
  ].join('\n')}\n`;
}

function zsh(commands: readonly Command[]): string {
  const described = (text: string): string => text.replaceAll(/[\\[\]:]/g, '\\$&');
  const specs = (each: Command): string[] =>
    flagsOf(each).flatMap((flag) =>
      spelledOf(flag).map((name) => {
        const value = flag.takesFile
          ? ':file:_files'
          : flag.values.length > 0
            ? `:value:(${flag.values.join(' ')})`
            : flag.takesValue
              ? ':value:'
              : '';
        return quoted(`*${name}[${described(flag.help)}]${value}`);
      }),
    );
  const operands = (each: Command): string => {
    if (each.files) return quoted('*:file:_files');
    return quoted(`*:topic:(${(each.words ?? []).map((word) => word.replaceAll(/[\s;]/g, '')).join(' ')})`);
  };
  return `${[
    '#compdef sansocket',
    '# zsh completion of sansocket',
    '_sansocket() {',
    '  local -a commands',
    `  commands=(${commands.map(({ name, summary }) => quoted(`${name}:${described(summary)}`)).join(' ')})`,
    '  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then',
    "    _describe -t commands 'command' commands",
    '    _files',
    '    return',
    '  fi',
    '  local command=decode',
    `  if [[ " ${commands.map(({ name }) => name).join(' ')} " == *" $words[2] "* ]]; then command=$words[2]; shift words; (( CURRENT-- )); fi`,
    '  case "$command" in',
    ...commands.map((each) => `    ${each.name}) _arguments -s ${[...specs(each), operands(each)].join(' ')} ;;`),
    '  esac',
    '}',
    'compdef _sansocket sansocket',
  ].join('\n')}\n`;
}

function fish(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap((each) => {
    const seen = `__fish_seen_subcommand_from ${each.name}`;
    // Without a command it is decode.
    const condition = each.name === 'decode' ? `${seen}; or not __fish_seen_subcommand_from ${names}` : seen;
    return [
      `complete -c sansocket -n __fish_use_subcommand -a ${each.name} -d ${quoted(each.summary)}`,
      ...(each.files ? [] : [`complete -c sansocket -n ${quoted(seen)} -f -a ${quoted((each.words ?? []).join(' '))}`]),
      ...flagsOf(each).map((flag) => {
        const long = flag.names.map((name) => `-l ${name}`).join(' ');
        const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
        const value = !flag.takesValue
          ? ''
          : flag.takesFile
            ? ' -r'
            : flag.values.length > 0
              ? ` -x -a ${quoted(flag.values.join(' '))}`
              : ' -x';
        return `complete -c sansocket -n ${quoted(condition)} ${long}${short}${value} -d ${quoted(flag.help)}`;
      }),
    ];
  });
  return `# fish completion of sansocket\n${lines.join('\n')}\n`;
}
