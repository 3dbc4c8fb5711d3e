/** Flags on what is read, and on what is selected of it. */

import { type EngineOptions, Side } from '../inspect/engine.js';
import type { Flags, Values } from './flags.js';
import { type Kind, kinds } from './input.js';
import { UsageError } from './usage-error.js';

export const sourceFlags = {
  from: { kind: 'choice', short: 'f', choices: kinds, help: 'what the input is; recognised by itself' },
  read: { kind: 'list', short: 'r', value: 'FILE', help: 'the same as FILE, as for tshark' },
  client: { kind: 'text', value: 'FILE', help: 'raw bytes that the client sent; --server has the other direction' },
  server: { kind: 'text', value: 'FILE', help: 'raw bytes that the server sent' },
  side: {
    kind: 'choice',
    choices: ['auto', 'client', 'server'],
    help: 'who sent raw bytes; the handshake or the mask bit tells',
  },
  deflate: {
    kind: 'text',
    value: 'auto|off|assume[:PARAMS]',
    help: 'compression: as negotiated, off, or with these parameters',
  },
  'max-message': {
    kind: 'integer',
    value: 'MIB',
    min: 1,
    max: 2048,
    help: 'the longest message that is kept; 64 by default',
  },
  quiet: { kind: 'switch', short: 'q', help: 'no remarks on stderr, only what went wrong' },
  verbose: { kind: 'switch', help: 'more remarks: what the input is, and how fast it was read' },
  'no-progress': { kind: 'switch', help: 'no line on a terminal that tells how far long inputs are read' },
} as const satisfies Flags;

/** For commands that write rows. */
export const redactFlag = {
  kind: 'switch',
  help: 'structure alone: payload is filler of the same length; no queries, and of heads only what makes the handshake',
} as const;

export const selectFlags = {
  filter: { kind: 'text', short: 'Y', value: 'EXPR', help: 'only rows that match, as in: op == text and len > 1k' },
  grep: {
    kind: 'text',
    short: 'g',
    value: 'PATTERN',
    help: 'only rows whose payload matches this regular expression',
  },
  fixed: { kind: 'switch', short: 'F', help: 'PATTERN is plain text' },
  'ignore-case': { kind: 'switch', short: 'i', help: 'PATTERN matches capitals and small letters alike' },
  invert: { kind: 'switch', short: 'v', help: 'only rows whose payload PATTERN does not match' },
  conn: { kind: 'integer', value: 'N', min: 1, max: 2 ** 31, help: 'only this connection' },
  control: { kind: 'choice', choices: ['show', 'hide', 'only'], help: 'Close, Ping and Pong; shown by default' },
} as const satisfies Flags;

/** The captures to read, each of one file, or of one for each direction. */
export interface Source {
  readonly captures: readonly (readonly { readonly file: string; readonly side: Side }[])[];
  readonly kind: Kind;
  readonly options: Pick<EngineOptions, 'side' | 'deflate' | 'deflateParams' | 'maxMessage'>;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
}

/** The captures that a command line names; standard input if it names none and there is one. */
export function sourceOf(values: Values<typeof sourceFlags>, operands: readonly string[]): Source {
  const { client, server } = values;
  const files = [...values.read, ...operands];
  const sides = [
    ...(client === undefined ? [] : [{ file: client, side: Side.Client }]),
    ...(server === undefined ? [] : [{ file: server, side: Side.Server }]),
  ];
  if (files.length > 0 && sides.length > 0)
    throw new UsageError('--client and --server stand for FILE: give one or the other');
  if (values.quiet && values.verbose) throw new UsageError('--quiet and --verbose exclude each other');
  if (files.length + sides.length === 0 && process.stdin.isTTY)
    throw new UsageError('no FILE, and nothing comes through a pipe');
  const all = files.length + sides.length === 0 ? ['-'] : files;
  if ([...all, ...sides.map(({ file }) => file)].filter((file) => file === '-').length > 1) {
    throw new UsageError('standard input can be read once');
  }
  return {
    captures: sides.length > 0 ? [sides] : all.map((file) => [{ file, side: Side.File }]),
    kind: values.from ?? (sides.length > 0 ? 'raw' : 'auto'),
    options: {
      side: values.side,
      maxMessage: values['max-message'] === undefined ? undefined : values['max-message'] * 2 ** 20,
      ...deflateOf(values.deflate),
    },
    quiet: values.quiet,
    verbose: values.verbose,
    progress: !values['no-progress'],
  };
}

function deflateOf(deflate = 'auto'): Pick<EngineOptions, 'deflate' | 'deflateParams'> {
  if (deflate === 'auto' || deflate === 'off' || deflate === 'assume') return { deflate };
  if (!deflate.startsWith('assume:'))
    throw new UsageError('--deflate is auto, off, assume, or assume: with parameters of permessage-deflate');
  return { deflate: 'assume', deflateParams: deflate.slice('assume:'.length) };
}

/** What is selected. */
export interface Selection {
  /** All of it as one expression of the filter language; empty for all frames. */
  readonly filter: string;
  /** The one connection of which anything is told. */
  readonly conn: number | undefined;
  /** Whether some frames of a connection are selected, and others are not. */
  readonly partial: boolean;
}

/** The selection of a command that tells more than frames. */
export function selectionOf(values: Values<typeof selectFlags>): Selection {
  const { conn } = values;
  return { filter: filterOf(values), conn, partial: filterOf({ ...values, conn: undefined }) !== '' };
}

/** The selection as one expression of the filter language; empty for all. */
export function filterOf(values: Values<typeof selectFlags>): string {
  const { filter, grep, fixed, conn, control } = values;
  if (grep === undefined && (fixed || values.invert || values['ignore-case'])) {
    throw new UsageError('-F, -i and -v say how -g PATTERN matches, and there is none');
  }
  const terms = [
    filter,
    conn === undefined ? undefined : `conn == ${conn}`,
    control === 'hide' ? 'not (op == close or op == ping or op == pong)' : undefined,
    control === 'only' ? 'op == close or op == ping or op == pong' : undefined,
    grep === undefined ? undefined : grepOf(grep, fixed, values['ignore-case'], values.invert),
  ].filter((term) => term !== undefined && term.trim() !== '');
  const [only, second] = terms;
  return second === undefined ? (only ?? '') : terms.map((term) => `(${term})`).join(' and ');
}

function grepOf(pattern: string, fixed: boolean, ignoreCase: boolean, invert: boolean): string {
  const source = fixed ? pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&') : pattern;
  // What is escaped already stays, a backslash too: after it, a slash is not.
  const escaped = source.replaceAll(/\\[\s\S]|\//g, (part) => (part === '/' ? '\\/' : part));
  const regex = `payload ~ /${escaped}/${ignoreCase ? 'i' : ''}`;
  return invert ? `not (${regex})` : regex;
}
