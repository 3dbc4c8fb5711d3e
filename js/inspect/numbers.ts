/**
 * Bytes as a list of numbers, as programs have and print them: `{ 0x81, 5, 'H' }`, `bytes([129, 5])`,
 * `Uint8Array(2) [ 129, 5 ]`, `{"type":"Buffer","data":[129,5]}`, `[]byte{129, 5}`, `vec![0x81u8]`, `(byte) 0x81, -127`.
 */

import { ByteWriter } from './byte-writer.js';
import { found, type Parsed } from './hex.js';
import { readEscape } from './literal.js';

/** A declaration, call or type before a list is no longer than this. */
const MAX_CODE = 400;

/** The bracket that a list begins with; not one around a size, as in `frame[7] = {` or `Uint8Array(7) [`. */
const OPENING =
  /[[{(](?=(?:\s|\/\*[^*]{0,80}\*\/)*(?:0x[0-9a-f]|-?\d{1,3}(?:\b|_?[ui]\d)|'(?:[^'\\]|\\[^']{1,4})'|\(\s*(?:byte|char)|"\d+"\s*:))(?!\s*\d+\s*[\])])/i;

/** A number, perhaps with the type of a byte behind it. */
const NUMBER =
  /(?:0x([0-9a-f_]{1,8})|(0b[01_]{1,16}|0o[0-7_]{1,8})|(-?\d{1,4}))(?:_?[ui](?:8|16|32|size)|u?l{0,2})(?![\w.])/iy;

/** The type of a byte behind a number. */
const TYPE = /_?[ui](?:8|16|32|size)$/i;

/** A part of it that `Number` does not take. */
const SUFFIX = /_?[ui](?:8|16|32|size)$|u?l{0,2}$/i;

const SPACE_OR_COMMENT = /[\s,;]+|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/|(?:\/\/|#)[^\n]*/y;

/** A cast before a number, as Java and C need it. */
const CAST = /\(\s*(?:byte|(?:un)?signed char|char|u?int8_t)\s*\)\s*/iy;

/** Keys before numbers, as JSON writes an `Uint8Array`. */
const KEY = /["']\d{1,9}["']\s*:\s*/y;

/**
 * Reads a list; `undefined` if the text is not surely one. It is if there is code around it, if some of the numbers have
 * `0x` and others do not, or if one has one or three digits, as no byte in hex does. Pairs of digits could be hex, and are.
 */
export function parseNumbers(text: string): Parsed | undefined {
  const opening = OPENING.exec(text.slice(0, MAX_CODE));
  const before = text.slice(0, opening?.index ?? 0).trim();
  const code = /[g-zG-Z=(]/.test(before) && !before.includes('\\');
  if (before !== '' && !code) return undefined;
  const list = new NumberList(text, opening === null ? 0 : opening.index + 1, code);
  const parsed = list.read();
  if (parsed === undefined || parsed.bytes.length === 0) return undefined;
  if (list.code) return parsed;
  const sure = (list.commas && list.mixed) || (list.commas || opening !== null ? list.odd : list.threeDigits);
  return sure && parsed.fault === undefined && parsed.bytes.length > 1 ? parsed : undefined;
}

class NumberList {
  readonly #text: string;
  readonly #out = new ByteWriter();
  #at: number;
  #prefixed = false;
  #decimal = false;
  /** Whether only a program would write it like this. */
  code: boolean;
  commas = false;
  /** Whether a number has one or three decimal digits. */
  odd = false;
  threeDigits = false;

  constructor(text: string, start: number, code: boolean) {
    this.#text = text;
    this.#at = start;
    this.code = code;
  }

  /** Whether there are numbers with `0x` and without. */
  get mixed(): boolean {
    return this.#prefixed && this.#decimal;
  }

  /** Reads to the closing bracket, or the end; `undefined` if it is hex. */
  read(): Parsed | undefined {
    let apart = true;
    while (this.#at < this.#text.length) {
      const space = this.#take(SPACE_OR_COMMENT)?.[0];
      if (space !== undefined) {
        this.commas ||= space.includes(',');
        apart = true;
        continue;
      }
      if (/[\])}]/.test(this.#text.charAt(this.#at))) return this.#done(secondList(this.#text, this.#at));
      if (!apart) return undefined;
      if (this.#take(KEY) !== undefined) this.code = true;
      if (this.#take(CAST) !== undefined) this.code = true;
      const fault = this.#text.charAt(this.#at) === "'" ? this.#character() : this.#number();
      if (fault === 'hex') return undefined;
      if (fault !== undefined) return this.#done(fault);
      apart = false;
    }
    return this.#done(undefined);
  }

  #done(fault: Parsed['fault']): Parsed {
    return { bytes: this.#out.take(), fault };
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }

  #number(): Parsed['fault'] | 'hex' {
    const at = this.#at;
    const match = this.#take(NUMBER);
    if (match === undefined) return { at, message: `expected a number from 0 to 255, found ${found(this.#text, at)}` };
    const [whole, hex, radix, digits = ''] = match;
    if (!this.code && ((hex?.length ?? 0) > 2 || radix !== undefined || /^-?0\d/.test(digits))) return 'hex';
    const value = digits === '' ? Number(whole.replace(SUFFIX, '').replaceAll('_', '')) : Number(digits);
    if (!(value >= -128 && value <= 255)) return { at, message: `${whole} is no byte: that is 0 to 255` };
    this.#prefixed ||= hex !== undefined;
    this.#decimal ||= digits !== '';
    this.code ||= value < 0 || TYPE.test(whole);
    this.odd ||= digits.length === 1 || digits.length === 3;
    this.threeDigits ||= digits.length === 3;
    this.#out.push(value & 0xff);
    return undefined;
  }

  /** `'H'`, `'\n'`, `'\x81'`. */
  #character(): Parsed['fault'] {
    const at = this.#at;
    const escaped = this.#text.charAt(at + 1) === '\\' ? readEscape(this.#text, at + 2) : undefined;
    if (escaped !== undefined && 'message' in escaped) return escaped;
    const value = escaped?.value ?? this.#text.charCodeAt(at + 1);
    const end = escaped?.end ?? at + 2;
    const byte = typeof value === 'string' ? Number.parseInt(value, 16) : value;
    if (this.#text.charAt(end) !== "'" || byte > 0xff) return { at, message: 'expected one character in quotes' };
    this.#out.push(byte);
    this.#at = end + 1;
    this.code = true;
    return undefined;
  }
}

/** What follows the closing bracket is code, if it is no second list: that would be another packet, or another direction. */
function secondList(text: string, end: number): Parsed['fault'] {
  const next = OPENING.exec(text.slice(end, end + MAX_CODE));
  return next === null ? undefined : { at: end + next.index, message: 'a second list begins here: give one at a time' };
}
