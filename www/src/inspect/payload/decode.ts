/** Which ways to read a payload there are. A way that fails hides nothing: the bytes are always there. */

import { hexOf, utf8Of } from '../../../../pkg/inspect/visible.js';
import { decodeCbor } from './cbor.js';
import { decodeMqtt } from './mqtt.js';
import { decodeMessagePack } from './msgpack.js';
import { decodeSocketIo } from './socket-io.js';
import { fromJson, type Value } from './value.js';

/** Bytes up to which a payload is read as a tree. */
export const MAX_TREE = 16 << 20;

export interface Reading {
  readonly name: string;
  readonly value: Value;
}

/** The ways to read these bytes that make sense, the likeliest first. */
export function readingsOf(bytes: Uint8Array, subprotocol = ''): Reading[] {
  if (bytes.length === 0 || bytes.length > MAX_TREE) return [];
  const text = utf8Of(bytes);
  const readings: Reading[] = [];
  const attempt = (name: string, read: () => Value | undefined) => {
    try {
      const value = read();
      if (value !== undefined) readings.push({ name, value });
    } catch {
      // It is something else.
    }
  };
  if (text !== undefined && /^\s*[[{]/.test(text)) attempt('JSON', () => fromJson(JSON.parse(text)));
  if (text !== undefined && /^[0-6]/.test(text)) attempt('Socket.IO', () => decodeSocketIo(text));
  if (/mqtt/i.test(subprotocol) || isConnect(bytes)) {
    attempt('MQTT', () => decodeMqtt(bytes));
  }
  // Any text of ASCII begins like a number of these: only what has a structure is taken.
  if (text === undefined || /msgpack/i.test(subprotocol))
    attempt('MessagePack', () => structured(decodeMessagePack(bytes)));
  if (text === undefined || /cbor/i.test(subprotocol)) attempt('CBOR', () => structured(decodeCbor(bytes)));
  return readings;
}

const structured = (value: Value): Value | undefined =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) ? value : undefined;

/** Whether this begins as the CONNECT of MQTT does, whatever the length. */
const isConnect = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x10 && hexOf(bytes.subarray(2, 12)).includes('00044d515454');
