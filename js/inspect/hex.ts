/** Hex with any separators, and string literals with escapes. */

import { ByteWriter } from './byte-writer.js';
import { visible } from './visible.js';

/** Why and where a reader of a notation had to stop. */
export interface Fault {
  readonly at: number;
  readonly message: string;
}

/** What it made of the text before that. */
export interface Parsed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fault: Fault | undefined;
}

const BACKSLASH = 0x5c;
const LOWER_X = 0x78;
const UPPER_X = 0x58;
const ZERO = 0x30;

const isSpace = (code: number): boolean =>
  code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0 || code === 0xfeff;

/** What stands between bytes besides white space. */
const SEPARATORS = new Set(Array.from(',:;-[]{}()<>"\'`', (character) => character.charCodeAt(0)));

/** The value of a hex digit, or -1. */
export function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The first position from `from` on that holds no hex digit. */
export function digitsEnd(text: string, from: number): number {
  let at = from;
  while (digitOf(text.charCodeAt(at)) >= 0) at += 1;
  return at;
}

/** What was found where something else was expected. */
export function found(text: string, at: number): string {
  const character = text.codePointAt(at);
  return character === undefined ? 'the end' : `"${visible(String.fromCodePoint(character))}"`;
}

/** Reads the digits of `text` from `start` to `end`, of which there is an even number. */
export function pushDigits(out: ByteWriter, text: string, start: number, end: number): void {
  for (let at = start; at < end; at += 2) {
    out.push(digitOf(text.charCodeAt(at)) * 16 + digitOf(text.charCodeAt(at + 1)));
  }
}

/** What is wrong with a group of hex digits of odd length that ends at `end`. */
export function halfByte(text: string, end: number): [at: number, message: string] {
  if (/[0-9a-z]/i.test(text.charAt(end))) return [end, `expected a hex digit, found ${found(text, end)}`];
  return [end - 1, 'half a byte: the number of hex digits is odd'];
}

/** Groups of hex digits, each perhaps behind `0x` or `\x`, with anything of {@link SEPARATORS} between them. */
export function parseHex(text: string): Parsed {
  const out = new ByteWriter();
  const stop = (at: number, message: string): Parsed => ({ bytes: out.take(), fault: { at, message } });
  // How Node prints a buffer.
  let at = /^\s*<Buffer\b/.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || SEPARATORS.has(code)) {
      at += 1;
      continue;
    }
    const next = text.charCodeAt(at + 1);
    const escaped = code === BACKSLASH && next === LOWER_X;
    const prefixed = escaped || (code === ZERO && (next === LOWER_X || next === UPPER_X));
    const start = prefixed ? at + 2 : at;
    const end = digitsEnd(text, start);
    const count = end - start;
    if (count === 0) return stop(start, `expected a hex digit, found ${found(text, start)}`);
    if (escaped && count !== 2) return stop(start, 'expected two hex digits behind \\x');
    if (prefixed && count === 1) {
      out.push(digitOf(text.charCodeAt(start)));
    } else {
      pushDigits(out, text, start, end - (count % 2));
      if (count % 2 !== 0) return stop(...halfByte(text, end));
    }
    at = end;
  }
  return { bytes: out.take(), fault: undefined };
}

const ESCAPES: Readonly<Record<string, number>> = {
  '0': 0,
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 0x22,
  "'": 0x27,
  '\\': BACKSLASH,
};

const utf8 = new TextEncoder();

/** String literals as in C, JavaScript and Python, or the inside of one. `undefined` if there is no `\x` in the text. */
export function parseLiteral(text: string): Parsed | undefined {
  if (!text.includes('\\x')) return undefined;
  const out = new ByteWriter();
  const stop = (at: number, message: string): Parsed => ({ bytes: out.take(), fault: { at, message } });
  const quoted = /^[\s(]*b?["']/i.test(text);
  const end = text.trimEnd().length;
  let quote = '';
  let at = text.length - text.trimStart().length;
  while (at < end) {
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    if (quoted && quote === '') {
      if (character === '"' || character === "'") quote = character;
      else if (!/[\s,;+()b]/i.test(character)) return stop(at, `expected a quote, found ${found(text, at)}`);
      at += 1;
    } else if (character === quote) {
      quote = '';
      at += 1;
    } else if (character !== '\\') {
      if (character < '\x80') out.push(character.charCodeAt(0));
      else out.append(utf8.encode(character));
      at += character.length;
    } else if (text.charCodeAt(at + 1) === LOWER_X) {
      if (digitsEnd(text, at + 2) < at + 4) return stop(at + 2, 'expected two hex digits behind \\x');
      pushDigits(out, text, at + 2, at + 4);
      at += 4;
    } else {
      const byte = ESCAPES[text.charAt(at + 1)];
      if (byte === undefined) return stop(at + 1, `there is no escape \\${found(text, at + 1).replaceAll('"', '')}`);
      out.push(byte);
      at += 2;
    }
  }
  return quote === '' ? { bytes: out.take(), fault: undefined } : stop(end, `expected ${quote}, found the end`);
}
