/** MQTT control packets: the fixed header, and the topic where there is one (MQTT 5.0 §2.1). */

import { Reader } from './reader.js';
import { mapOf, type Value } from './value.js';

const TYPES = [
  '',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
];

/** The packets of a payload. Throws where they are none. */
export function decodeMqtt(bytes: Uint8Array): Value {
  const reader = new Reader(bytes);
  const packets: Value[] = [];
  while (reader.left > 0) packets.push(readPacket(reader));
  if (packets.length === 0) throw new Error('byte 0: there is no packet');
  return packets.length === 1 ? (packets[0] ?? null) : packets;
}

function readPacket(reader: Reader): Value {
  const first = reader.u8();
  const name = TYPES[first >> 4];
  if (!name) throw new Error(`byte ${reader.at - 1}: there is no packet of type ${first >> 4}`);
  const flags = first & 15;
  const body = new Reader(reader.bytes(lengthOf(reader)));
  const entries: (readonly [Value, Value])[] = [['packet', name]];
  if (name === 'CONNECT') {
    entries.push(
      ['protocol', body.text(body.u16())],
      ['version', body.u8()],
      ['flags', body.u8()],
      ['keep alive', body.u16()],
    );
  } else if (name === 'PUBLISH') {
    const qos = (flags >> 1) & 3;
    entries.push(['topic', body.text(body.u16())], ['qos', qos], ['retain', (flags & 1) === 1]);
    if (qos > 0) entries.push(['packet id', body.u16()]);
  } else if (body.left >= 2 && !name.startsWith('CONN') && name !== 'DISCONNECT' && name !== 'AUTH') {
    entries.push(['packet id', body.u16()]);
  }
  if (body.left > 0) entries.push(['rest', body.bytes(body.left)]);
  return mapOf(entries);
}

/** §1.5.5: seven bits a byte, at most four of them. */
function lengthOf(reader: Reader): number {
  let length = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.u8();
    length |= (byte & 127) << shift;
    if (byte < 128) return length;
  }
  throw new Error(`byte ${reader.at}: the length has more than four bytes`);
}
