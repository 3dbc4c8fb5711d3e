/**
 * Base64 (RFC 4648 §4), also its URL-safe alphabet, with or without padding, line ends and a `data:` prefix. Lines may be
 * indented, but hold no space: hex with a typing error must not pass for base64.
 */

import { ByteWriter } from './byte-writer.js';
import { found, type Parsed } from './hex.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SEXTETS = new Map(Array.from(ALPHABET, (character, sextet) => [character.charCodeAt(0), sextet]));
SEXTETS.set('-'.charCodeAt(0), 62).set('_'.charCodeAt(0), 63);

const PAD = 0x3d;
const LF = 0x0a;
const CR = 0x0d;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

export function parseBase64(text: string): Parsed {
  const out = new ByteWriter();
  const stop = (at: number, message: string): Parsed => ({ bytes: out.take(), fault: { at, message } });
  const end = text.trimEnd().replace(/["']$/, '').length;
  let at = /^\s*["']?(data:[^,]{0,200};base64,)?/i.exec(text)?.[0].length ?? 0;
  let [bits, held, pads] = [0, 0, 0];
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LF || code === CR) {
      while (isBlank(text.charCodeAt(at + 1))) at += 1;
      continue;
    }
    if (code === PAD && held > 0 && held + pads < 4) {
      pads += 1;
      continue;
    }
    const sextet = SEXTETS.get(code);
    if (sextet === undefined || pads > 0) return stop(at, `expected base64, found ${found(text, at)}`);
    bits = ((bits << 6) | sextet) & 0xff_ffff;
    held += 1;
    if (held === 4) {
      out.push(bits >>> 16);
      out.push((bits >>> 8) & 0xff);
      out.push(bits & 0xff);
      held = 0;
    }
  }
  if (held === 2) out.push((bits >>> 4) & 0xff);
  if (held === 3) {
    out.push((bits >>> 10) & 0xff);
    out.push((bits >>> 2) & 0xff);
  }
  if (held === 1) return stop(end, 'base64 ends with one digit of a group of four');
  if (pads > 0 && held + pads !== 4) return stop(end, 'base64 ends inside its padding');
  return { bytes: out.take(), fault: undefined };
}

/** Bytes in base64. `String.fromCharCode` takes its arguments on the stack, so it gets them in pieces. */
export function formatBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
