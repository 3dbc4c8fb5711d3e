/** String literals with escapes, as in C, JavaScript, Python, Rust, Go and shells, or the inside of one. */

import { ByteWriter } from './byte-writer.js';
import { digitsEnd, found, type Parsed, pushDigits } from './hex.js';

const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 0x1b,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 0x22,
  "'": 0x27,
  '`': 0x60,
  '\\': 0x5c,
  '/': 0x2f,
};

const utf8 = new TextEncoder();

/** An escape that only literals have: bytes as `\x81`, `\201` or `\u0081`. */
const BYTE_ESCAPE = /\\(?:x[0-9a-f]|[0-7]|u[0-9a-f]|u\{)/i;

/** What may stand before a literal, such as `b`, `$` or `rb`; and between the literals of one text. */
const PREFIX = /[\s,;+()&.brcu$@L]/i;

/** Reads literals; `undefined` if the text has no escape of a byte, so that it is something else. */
export function parseLiteral(text: string): Parsed | undefined {
  if (!BYTE_ESCAPE.test(text)) return undefined;
  const out = new ByteWriter();
  const stop = (at: number, message: string): Parsed => ({ bytes: out.take(), fault: { at, message } });
  const quoted = /^[\s(&@$]*[brcuL]{0,2}["'`]/i.test(text);
  const end = text.trimEnd().length;
  let quote = '';
  let at = text.length - text.trimStart().length;
  while (at < end) {
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    if (quoted && quote === '') {
      if (/["'`]/.test(character)) quote = character;
      else if (!PREFIX.test(character)) return stop(at, `expected a quote, found ${found(text, at)}`);
      at += 1;
    } else if (character === quote) {
      quote = '';
      at += 1;
    } else if (character !== '\\') {
      if (character < '\x80') out.push(character.charCodeAt(0));
      else out.append(utf8.encode(character));
      at += character.length;
    } else {
      const read = readEscape(text, at + 1);
      if ('message' in read) return stop(read.at, read.message);
      if (typeof read.value === 'number') out.push(read.value);
      else pushDigits(out, read.value, 0, read.value.length);
      at = read.end;
    }
  }
  return quote === '' ? { bytes: out.take(), fault: undefined } : stop(end, `expected ${quote}, found the end`);
}

type Escape =
  | { readonly value: number | string; readonly end: number }
  | { readonly at: number; readonly message: string };

/** What comes behind a backslash: a byte, or hex digits of one. */
export function readEscape(text: string, at: number): Escape {
  const letter = text.charAt(at);
  if (letter === 'x') {
    if (digitsEnd(text, at + 1) < at + 3) return { at: at + 1, message: 'expected two hex digits behind \\x' };
    return { value: text.slice(at + 1, at + 3), end: at + 3 };
  }
  if (letter === 'u') return readUnicode(text, at + 1);
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0];
  if (octal !== undefined) {
    const value = Number.parseInt(octal, 8);
    if (value > 0xff) return { at, message: `\\${octal} is more than one byte` };
    return { value, end: at + octal.length };
  }
  const byte = ESCAPES[letter];
  if (byte === undefined) return { at, message: `there is no escape \\${found(text, at).replaceAll('"', '')}` };
  return { value: byte, end: at + 1 };
}

/** `\u0081` and `\u{81}` stand for one byte each in text that was made of bytes. */
function readUnicode(text: string, at: number): Escape {
  const braced = text.charAt(at) === '{';
  const start = braced ? at + 1 : at;
  const last = braced ? digitsEnd(text, start) : Math.min(digitsEnd(text, start), start + 4);
  const complete = braced ? text.charAt(last) === '}' && last > start : last === start + 4;
  if (!complete) return { at: start, message: 'expected hex digits behind \\u' };
  const value = last - start > 6 ? Number.POSITIVE_INFINITY : Number.parseInt(text.slice(start, last), 16);
  if (value > 0xff) return { at: start, message: 'a character beyond U+00FF is no byte' };
  return { value, end: braced ? last + 1 : last };
}
