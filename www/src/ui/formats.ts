/** Bytes as people want to paste them elsewhere. */

import { formatBase64 } from '../../../pkg/inspect/base64.js';
import { hexOf } from '../../../pkg/inspect/visible.js';

const PER_LINE = 12;

export const byteFormats = ['hex', 'base64', 'C array', 'Uint8Array', 'Rust array', 'text'] as const;
export type ByteFormat = (typeof byteFormats)[number];

export function formatBytes(bytes: Uint8Array, format: ByteFormat): string {
  switch (format) {
    case 'hex':
      return hexOf(bytes, ' ');
    case 'base64':
      return formatBase64(bytes);
    case 'C array':
      return `static const unsigned char bytes[${bytes.length}] = {\n${listOf(bytes)}\n};`;
    case 'Uint8Array':
      return `const bytes = Uint8Array.of(\n${listOf(bytes)},\n);`;
    case 'Rust array':
      return `const BYTES: [u8; ${bytes.length}] = [\n${listOf(bytes)},\n];`;
    case 'text':
      return new TextDecoder().decode(bytes);
  }
}

function listOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const cells = Array.from(bytes.subarray(at, at + PER_LINE), (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    lines.push(`  ${cells.join(', ')}`);
  }
  return lines.join(',\n');
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** A number of bytes as people read it: `118 B`, `64.0 KiB`. */
export function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Kept, since each call of `toLocaleString` would make one. */
const counts = new Intl.NumberFormat('en-US');

/** A number with separators: `1,000,000`. */
export const countText = (count: number): string => counts.format(count);

/** `1 frame`, `2 frames`. */
export const countOf = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
