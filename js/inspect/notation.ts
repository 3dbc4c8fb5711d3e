/**
 * Bytes as people paste them: hex with any separators, hex dumps, string literals with `\x81`, lists of numbers, base64, and
 * the code that is around them. One pass over the text each, whatever is in it.
 */

import { parseBase64 } from './base64.js';
import { parseDump } from './dump.js';
import { type Fault, type Parsed, parseHex } from './hex.js';
import { parseLiteral } from './literal.js';
import { parseNumbers } from './numbers.js';
import { headersOfPacket } from './packet.js';

/** What a text was read as. */
export type Notation = 'hex' | 'dump' | 'string' | 'numbers' | 'base64';

/** Where a text stopped to make sense. Lines and columns count from 1, a column is a UTF-16 unit. */
export interface NotationError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The bytes of a text; with an error, those before it. */
export interface NotatedBytes {
  readonly notation: Notation;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bytes of the headers of Ethernet, IP and TCP that were before these; 0 for what was no packet. */
  readonly headers: number;
  readonly error: NotationError | undefined;
}

/** So many bytes read as hex before a fault are hex with a typing error, not base64. */
const SURELY_HEX = 2;

/**
 * Reads the bytes that `text` writes down. What reads as hex and as base64 is hex. With `hex` as the notation base64 and
 * numbers are not thought of, with `base64` nothing else is.
 */
export function bytesOfText(text: string, notation?: 'hex' | 'base64'): NotatedBytes {
  const part = quotedIn(text);
  if (notation === 'base64') return notated(text, 'base64', parseBase64(part.text), part.start);
  // What looks like a dump is one: its offsets are never data.
  const dump = parseDump(text);
  if (dump !== undefined) return notated(text, 'dump', dump);
  const numbers = notation === undefined ? parseNumbers(text) : undefined;
  if (numbers !== undefined) return notated(text, 'numbers', numbers);
  const hex = parseHex(part.text);
  const literal = hex.fault === undefined ? undefined : parseLiteral(part.text);
  // Whoever gets further has understood more, and so has the better thing to say.
  if (literal !== undefined && isFurther(literal, hex)) return notated(text, 'string', literal, part.start);
  if (notation === 'hex' || hex.bytes.length >= SURELY_HEX || hex.fault === undefined) {
    return notated(text, 'hex', hex, part.start);
  }
  const base64 = parseBase64(part.text);
  if (isFurther(base64, hex)) return notated(text, 'base64', base64, part.start);
  return notated(text, 'hex', hex, part.start);
}

function isFurther({ fault }: Parsed, than: Parsed): boolean {
  return fault === undefined || fault.at > (than.fault?.at ?? Number.POSITIVE_INFINITY);
}

/** A part of a text. */
interface Part {
  readonly text: string;
  readonly start: number;
}

/** The longest code before a string. */
const MAX_CODE = 400;

/** What is before a string in code: a call, an assignment, a command. */
const CODE = /^[\w\s$.:*&<>=!;?@[\](),-]*$/;

/** What is behind it, such as the name of the encoding. */
const BEHIND = /(?:,\s*["'](?:hex|base64(?:url)?|latin1|binary|ascii|utf-?8)["'])?[\s);]*$/i;

/** The string in code such as `Buffer.from('8105', 'hex')`, `const a = "8105";` or `printf '\x81'`; else the whole text. */
function quotedIn(text: string): Part {
  const quote = text.slice(0, MAX_CODE).search(/["'`]/);
  // `b"…"` is a string by itself.
  const before = text.slice(0, Math.max(quote, 0)).replace(/[brcuL$]{1,2}$/i, '');
  if (!CODE.test(before) || !/[g-z=(]/i.test(before)) return { text, start: 0 };
  const tail = text.slice(-MAX_CODE);
  const end = text.length - (BEHIND.exec(tail)?.[0].length ?? 0);
  return { text: text.slice(quote, Math.max(end, quote)), start: quote };
}

function notated(text: string, notation: Notation, { bytes, fault }: Parsed, start = 0): NotatedBytes {
  const headers = headersOfPacket(bytes);
  return {
    notation,
    bytes: headers === 0 ? bytes : bytes.slice(headers),
    headers,
    error: fault && located(text, { ...fault, at: fault.at + start }),
  };
}

function located(text: string, fault: Fault): NotationError {
  let line = 1;
  let start = 0;
  for (let next = text.indexOf('\n'); next >= 0 && next < fault.at; next = text.indexOf('\n', start)) {
    line += 1;
    start = next + 1;
  }
  return { message: fault.message, line, column: fault.at - start + 1 };
}
