/** Bytes of a frame as a hex dump. */

import { readHeader } from '../../inspect/header.js';
import type { FrameRecord, Payload } from '../../inspect/records.js';
import type { Paint } from '../terminal.js';

export const layers = ['wire', 'unmasked', 'inflated'] as const;
export type Layer = (typeof layers)[number];

const PER_LINE = 16;

/** The dump of a layer, in lines with their ends. */
export function dumpOf(frame: FrameRecord, layer: Layer, paint: Paint): string {
  if (layer !== 'inflated' && frame.hdrLen !== undefined && frame.wire === undefined) {
    return `       ${paint('dim', 'longer than --max-message keeps: no dump')}\n`;
  }
  const bytes = layerOf(frame, layer);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const row = bytes.subarray(at, at + PER_LINE);
    const hex = [row.subarray(0, 8), row.subarray(8)].map((half) => Array.from(half, pair).join(' ')).join('  ');
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(
      `       ${paint('dim', at.toString(16).padStart(8, '0'))}  ${hex.padEnd(49)}  ${paint('dim', `|${text}|`)}\n`,
    );
  }
  return lines.join('');
}

/** The bytes of a layer; what the source does not have is empty. */
export function layerOf(frame: FrameRecord, layer: Layer): Uint8Array {
  const { wire } = frame;
  if (layer === 'inflated' || wire === undefined) return bytesOfPayload(frame.payload);
  const bytes = Buffer.from(wire, 'hex');
  if (layer === 'wire') return bytes;
  const { headerLength = bytes.length, maskingKey } = readHeader(bytes);
  return bytes.subarray(headerLength).map((byte, i) => byte ^ (maskingKey?.[i % 4] ?? 0));
}

/** The bytes of a payload as far as the record has them. */
export function bytesOfPayload({ text, hex, base64 }: Payload = {}): Uint8Array {
  if (text !== undefined) return Buffer.from(text);
  return hex === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(hex, 'hex');
}

const pair = (byte: number): string => byte.toString(16).padStart(2, '0');
