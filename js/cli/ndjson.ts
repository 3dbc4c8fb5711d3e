/** Items as lines of JSON. */

import type { Frame, Role } from 'sansocket';
import type { Head } from '../inspect/head.js';
import { closeName, opcodeName } from '../inspect/names.js';
import type { BrokenFrame, Item, ReadFrame } from '../inspect/reader.js';
import type { Violation } from '../inspect/violation.js';
import { hexOf, utf8Of } from '../inspect/visible.js';

/** The version of these records. Within one, fields are added but never taken away. */
const v = 1;

/** What JSON leaves as it is although it must not reach a terminal: DEL, C1, and the formatting characters. */
const UNSAFE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The record of an item, with the line's end. `role` is the receiver's. */
export function ndjsonOf(item: Item, role: Role | undefined): string {
  return `${JSON.stringify(recordOf(item, role)).replace(UNSAFE, escaped)}\n`;
}

function recordOf(item: Item, role: Role | undefined): object {
  if (item.type === 'head') return headRecord(item);
  const dir = role === undefined ? null : role === 'server' ? 'c2s' : 's2c';
  return item.type === 'frame' ? frameRecord(item, dir) : brokenRecord(item, dir);
}

function headRecord({ offset, length, receiver, startLine, target, status, key, accept, ...rest }: Head): object {
  return {
    v,
    type: 'handshake',
    dir: receiver === 'server' ? 'c2s' : 's2c',
    startLine,
    uri: target,
    status,
    key,
    accept,
    protocols: rest.protocols,
    extensions: rest.extensions ?? '',
    len: length,
    off: { stream: offset },
    violations: rest.violations.map(violationRecord),
  };
}

function frameRecord({ number, message, offset, frame, violations }: ReadFrame, dir: string | null): object {
  const { fin, rsv1, rsv2, rsv3, opcode, masked, maskingKey, headerLength, payloadLength, payload } = frame;
  return {
    v,
    type: 'frame',
    n: number,
    msg: message ?? null,
    dir,
    fin,
    rsv: [rsv1, rsv2, rsv3].map(Number),
    op: opcode,
    opName: opcodeName(opcode),
    masked,
    key: maskingKey === undefined ? null : hexOf(maskingKey),
    lenForm: lengthForms[headerLength - (masked ? 4 : 0)],
    hdrLen: headerLength,
    len: payloadLength,
    off: { stream: offset },
    ...closeOf(frame),
    payload: payloadOf(payload),
    violations: violations.map(violationRecord),
  };
}

/** How many bits the length takes, by the bytes of the header without a key. */
const lengthForms: Readonly<Record<number, number>> = { 2: 7, 4: 16, 10: 64 };

function brokenRecord({ number, offset, header, received, violations }: BrokenFrame, dir: string | null): object {
  const { fin, rsv1, rsv2, rsv3, opcode, masked, maskingKey, lengthForm, headerLength, payloadLength } = header;
  return {
    v,
    type: 'broken',
    n: number,
    dir,
    fin,
    rsv: [rsv1, rsv2, rsv3].map(Number),
    op: opcode,
    opName: opcodeName(opcode),
    masked: masked ?? null,
    key: maskingKey === undefined ? null : hexOf(maskingKey),
    lenForm: lengthForm ?? null,
    hdrLen: headerLength ?? null,
    len: payloadLength === undefined ? null : exact(payloadLength),
    received,
    off: { stream: offset },
    violations: violations.map(violationRecord),
  };
}

function violationRecord({ id, ...rest }: Violation): object {
  return { id, level: 'error', ...rest };
}

function closeOf({ opcode, payload }: Frame): object {
  if (opcode !== 8 || payload.length < 2) return {};
  const code = new DataView(payload.buffer, payload.byteOffset).getUint16(0);
  return { close: { code, name: closeName(code), reason: utf8Of(payload.subarray(2)) ?? null } };
}

/** Text where it is UTF-8, so that it can be read and searched. */
function payloadOf(payload: Uint8Array): object {
  const text = utf8Of(payload);
  return text === undefined ? { base64: Buffer.from(payload).toString('base64') } : { text };
}

/** A number, or its digits in a string where a number would not be exact. */
const exact = (value: bigint): number | string => (value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value));

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`;
  }).join('');
}
