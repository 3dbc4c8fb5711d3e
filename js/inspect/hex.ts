/** Hex with any separators. */

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
const SEPARATORS = new Set(Array.from(',:;-[]{}()<>"\'`|._%', (character) => character.charCodeAt(0)));

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
  const buffer = /^\s*<Buffer\b/.exec(text)?.[0].length;
  let at = buffer ?? 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || SEPARATORS.has(code)) {
      at += 1;
      continue;
    }
    const left = buffer === undefined ? undefined : /^(\d{1,16}) more bytes?>/.exec(text.slice(at, at + 40))?.[1];
    if (left !== undefined) return stop(at, `Node left out ${left} bytes: print it by toString('hex')`);
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
