/**
 * Bytes as people paste them: hex with any separators, hex dumps, string literals with `\x81`, base64. One pass over the
 * text each, whatever is in it.
 */

import { parseBase64 } from './base64.js';
import { parseDump } from './dump.js';
import { type Fault, type Parsed, parseHex, parseLiteral } from './hex.js';

/** What a text was read as. */
export type Notation = 'hex' | 'base64';

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
  readonly error: NotationError | undefined;
}

/** So many bytes read as hex before a fault are hex with a typing error, not base64. */
const SURELY_HEX = 2;

/** Reads the bytes that `text` writes down. What reads as hex and as base64 is hex. */
export function bytesOfText(text: string, notation?: Notation): NotatedBytes {
  if (notation === 'base64') return notated(text, 'base64', parseBase64(text));
  // What looks like a dump is one: its offsets are never data.
  const dump = parseDump(text);
  const hex = dump ?? parseHexOrLiteral(text);
  const sure = notation === 'hex' || dump !== undefined || hex.bytes.length >= SURELY_HEX;
  if (sure || hex.fault === undefined) return notated(text, 'hex', hex);
  const base64 = parseBase64(text);
  if (base64.fault === undefined || base64.fault.at > hex.fault.at) return notated(text, 'base64', base64);
  return notated(text, 'hex', hex);
}

/** Whoever gets further has understood more, and so has the better thing to say. */
function parseHexOrLiteral(text: string): Parsed {
  const hex = parseHex(text);
  const literal = hex.fault === undefined ? undefined : parseLiteral(text);
  if (hex.fault === undefined || literal === undefined) return hex;
  return literal.fault === undefined || literal.fault.at > hex.fault.at ? literal : hex;
}

function notated(text: string, notation: Notation, { bytes, fault }: Parsed): NotatedBytes {
  return { notation, bytes, error: fault && located(text, fault) };
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
