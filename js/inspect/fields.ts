/** The fields of a frame (RFC 6455 §5.2), each with its place, to the bit. */

import { type HeaderView, readHeader } from './header.js';
import { closeName, opcodeName } from './names.js';
import { hexOf, visibleBytes } from './visible.js';

/** What kind of field it is, for those who give each kind a colour. */
export type FieldKind = 'flag' | 'opcode' | 'mask' | 'length' | 'key' | 'payload';

export interface Field {
  readonly name: string;
  readonly kind: FieldKind;
  /** Bits from the first one of the frame. */
  readonly firstBit: number;
  readonly bits: number;
  readonly value: string;
  /** What the value says, in words. */
  readonly meaning: string;
}

/** The first bytes of a payload that are shown. */
const SHOWN = 64;

/** The fields of the frame at the beginning of `bytes`, as far as they are there. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const header = readHeader(bytes);
  const fields = flagsOf(header, bytes[0] ?? 0);
  if (header.masked === undefined || header.headerLength === undefined) return fields;
  const short = (bytes[1] ?? 0) & 0x7f;
  fields.push(
    {
      name: 'MASK',
      kind: 'mask',
      firstBit: 8,
      bits: 1,
      value: bit(header.masked),
      meaning: maskMeaning(header.masked),
    },
    {
      name: 'Payload length',
      kind: 'length',
      firstBit: 9,
      bits: 7,
      value: String(short),
      meaning: shortMeaning(short),
    },
  );
  const { payloadLength, lengthForm, maskingKey, headerLength } = header;
  if (payloadLength === undefined) return fields;
  if (lengthForm !== 7) {
    fields.push({
      name: 'Extended payload length',
      kind: 'length',
      firstBit: 16,
      bits: lengthForm ?? 0,
      value: String(payloadLength),
      meaning: byteCount(payloadLength),
    });
  }
  if (maskingKey !== undefined) {
    const meaning = 'XOR of the payload with these four bytes, over and over';
    const firstBit = (headerLength - 4) * 8;
    fields.push({ name: 'Masking key', kind: 'key', firstBit, bits: 32, value: hexOf(maskingKey, ' '), meaning });
  }
  if (bytes.length > headerLength) fields.push(...payloadFields(header, bytes, headerLength, Number(payloadLength)));
  return fields;
}

/** A payload without its mask, from the bytes of a whole frame or of a beginning of one. */
export function unmaskedPayload(bytes: Uint8Array): Uint8Array {
  const { headerLength = bytes.length, maskingKey, payloadLength = 0n } = readHeader(bytes);
  const end = headerLength + Math.min(Number(payloadLength), bytes.length);
  return bytes.slice(headerLength, end).map((byte, at) => byte ^ (maskingKey?.[at % 4] ?? 0));
}

function flagsOf(header: HeaderView, first: number): Field[] {
  const flag = (name: string, firstBit: number, set: boolean, meaning: string): Field => ({
    name,
    kind: 'flag',
    firstBit,
    bits: 1,
    value: bit(set),
    meaning,
  });
  const reserved = (set: boolean): string =>
    set ? 'set, which only an extension may ask for' : 'reserved for extensions';
  // RFC 7692 §6
  const compressed = header.rsv1 ? 'set: a compressed message, if permessage-deflate was agreed' : reserved(false);
  return [
    flag('FIN', 0, header.fin, header.fin ? 'the last frame of its message' : 'more frames of the message follow'),
    flag('RSV1', 1, header.rsv1, compressed),
    flag('RSV2', 2, header.rsv2, reserved(header.rsv2)),
    flag('RSV3', 3, header.rsv3, reserved(header.rsv3)),
    {
      name: 'Opcode',
      kind: 'opcode',
      firstBit: 4,
      bits: 4,
      value: `0x${(first & 0x0f).toString(16)}`,
      meaning: OPCODE_MEANINGS[opcodeName(header.opcode)] ?? 'reserved',
    },
  ];
}

const OPCODE_MEANINGS: Readonly<Record<string, string>> = {
  cont: 'continuation of a message',
  text: 'text, the first frame of a message',
  binary: 'binary, the first frame of a message',
  close: 'close, a control frame',
  ping: 'ping, a control frame',
  pong: 'pong, a control frame',
};

function payloadFields(header: HeaderView, bytes: Uint8Array, headerLength: number, declared: number): Field[] {
  const payload = unmaskedPayload(bytes);
  const missing = declared - payload.length;
  const field = (name: string, start: number, length: number, value: string, meaning: string): Field => ({
    name,
    kind: 'payload',
    firstBit: (headerLength + start) * 8,
    bits: length * 8,
    value,
    meaning: missing > 0 ? `${meaning}; ${byteCount(missing)} missing` : meaning,
  });
  if (header.opcode === 8 && payload.length >= 2) {
    const code = new DataView(payload.buffer, payload.byteOffset).getUint16(0);
    const reason = payload.subarray(2);
    const status = field('Status code', 0, 2, String(code), closeName(code));
    if (reason.length === 0) return [status];
    return [status, field('Reason', 2, reason.length, visibleBytes(reason), byteCount(reason.length))];
  }
  const shown = payload.subarray(0, SHOWN);
  const value = header.opcode === 2 ? hexOf(shown, ' ') : visibleBytes(shown, true);
  const more = payload.length > SHOWN ? ' …' : '';
  const meaning = header.masked ? `${byteCount(payload.length)}, unmasked` : byteCount(payload.length);
  return [field('Payload data', 0, payload.length, value + more, meaning)];
}

const bit = (set: boolean): string => (set ? '1' : '0');

const maskMeaning = (masked: boolean): string =>
  masked ? 'masked, as a client sends' : 'not masked, as a server sends';

function shortMeaning(short: number): string {
  if (short < 126) return byteCount(short);
  return short === 126 ? 'the next 2 bytes have the length' : 'the next 8 bytes have the length';
}

const byteCount = (count: number | bigint): string => (Number(count) === 1 ? '1 byte' : `${count} bytes`);
