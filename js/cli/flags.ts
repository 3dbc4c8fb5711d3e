/** Flags: what they are called, what they take, and how a command line is read by their table. */

import { parseArgs } from 'node:util';
import { visible } from '../inspect/visible.js';
import { nearest } from './nearest.js';
import { UsageError } from './usage-error.js';

interface FlagText {
  /** One letter. */
  readonly short?: string;
  /** Other long names, as people know them from elsewhere. */
  readonly also?: readonly string[];
  /** What it does, for a line of help. */
  readonly help: string;
}

/** A flag without a value. */
interface Switch extends FlagText {
  readonly kind: 'switch';
}

/** A flag with any value; `value` is what help calls it. */
interface Text extends FlagText {
  readonly kind: 'text';
  readonly value: string;
}

/** A flag with any value that may be given several times. */
interface List extends FlagText {
  readonly kind: 'list';
  readonly value: string;
}

/** A flag with one of a few values. */
interface Choice extends FlagText {
  readonly kind: 'choice';
  readonly choices: readonly string[];
}

/** A flag with a whole number from `min` to `max`. */
interface Integer extends FlagText {
  readonly kind: 'integer';
  readonly value: string;
  readonly min: number;
  readonly max: number;
}

export type Flag = Switch | Text | List | Choice | Integer;

/** Flags by their long names. */
export type Flags = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F extends { kind: 'switch' }
  ? boolean
  : F extends { kind: 'list' }
    ? readonly string[]
    : F extends { kind: 'integer' }
      ? number | undefined
      : F extends { kind: 'choice'; choices: readonly (infer Value)[] }
        ? Value | undefined
        : string | undefined;

/** What was given: `false`, `[]` or `undefined` for what was not. */
export type Values<F extends Flags> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

/** A command line, understood. */
export interface Line<F extends Flags> {
  readonly values: Values<F>;
  readonly operands: readonly string[];
}

/** Reads arguments; throws a `UsageError` that names the one that is wrong, and the nearest that would be right. */
export function parseLine<F extends Flags>(flags: F, args: readonly string[]): Line<F> {
  const names = namesOf(flags);
  // Not strict: errors of our own name the nearest flag, and are the same on every runtime.
  const { tokens } = parseArgs({ args: [...args], options: optionsOf(flags), strict: false, tokens: true });
  const values: Record<string, unknown> = {};
  for (const [name, { kind }] of Object.entries(flags)) {
    values[name] = kind === 'switch' ? false : kind === 'list' ? [] : undefined;
  }
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const name = names.get(token.name);
    const flag = name === undefined ? undefined : flags[name];
    if (name === undefined || flag === undefined) throw unknownFlag(token.rawName, [...names.keys()]);
    if (flag.kind === 'switch') {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
      values[name] = true;
      continue;
    }
    const { value } = token;
    // What follows is taken as the value even if it begins with a dash, unless it is a flag: `--filter -ping` is a filter.
    if (value === undefined || (!token.inlineValue && isFlag(value, names))) {
      throw new UsageError(`${token.rawName} needs a value: ${valueName(flag)}`);
    }
    if (flag.kind === 'list') values[name] = [...(values[name] as string[]), value];
    else values[name] = checked(token.rawName, flag, value);
  }
  return { values: values as Values<F>, operands };
}

/** What help calls the value of a flag; empty for a switch. */
export function valueName(flag: Flag): string {
  if (flag.kind === 'switch') return '';
  return flag.kind === 'choice' ? flag.choices.join('|') : flag.value;
}

/** Every long name and letter, each with the name that is its key in the table. */
function namesOf(flags: Flags): Map<string, string> {
  return new Map(
    Object.entries(flags).flatMap(([name, { short, also = [] }]) =>
      [name, ...also, ...(short === undefined ? [] : [short])].map((spelled): [string, string] => [spelled, name]),
    ),
  );
}

function optionsOf(flags: Flags) {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, { kind, short, also = [] }]) =>
      [name, ...also].map((long, i) => [
        long,
        {
          type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
          ...(short !== undefined && i === 0 ? { short } : {}),
        },
      ]),
    ),
  );
}

function checked(rawName: string, flag: Text | Choice | Integer, value: string): string | number {
  if (flag.kind === 'choice' && !flag.choices.includes(value)) {
    const near = nearest(value, flag.choices);
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new UsageError(`${rawName} is one of ${flag.choices.join(', ')}, not "${visible(value)}"${hint}`);
  }
  if (flag.kind !== 'integer') return value;
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= flag.min && number <= flag.max) return number;
  const range = flag.max === Number.MAX_SAFE_INTEGER ? `of at least ${flag.min}` : `from ${flag.min} to ${flag.max}`;
  throw new UsageError(`${rawName} is a whole number ${range}, not "${visible(value)}"`);
}

function isFlag(value: string, names: ReadonlyMap<string, string>): boolean {
  const [, long, short] = /^(?:--([^=]+)|-(.))/u.exec(value) ?? [];
  return names.has(long ?? '') || (short !== undefined && value.length === 2 && names.has(short));
}

function unknownFlag(rawName: string, names: readonly string[]): UsageError {
  const spelled = names.map((name) => (name.length === 1 ? `-${name}` : `--${name}`));
  const near = nearest(rawName, spelled);
  return new UsageError(`there is no flag ${visible(rawName)}${near === undefined ? '' : `; did you mean ${near}?`}`);
}
