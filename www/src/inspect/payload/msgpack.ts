/** MessagePack. */

import { Reader } from './reader.js';
import { mapOf, type Value } from './value.js';

const MAX_DEPTH = 64;

/** The one value of a payload. Throws where it is none. */
export function decodeMessagePack(bytes: Uint8Array): Value {
  const reader = new Reader(bytes);
  const value = read(reader, 0);
  if (reader.left > 0) throw new Error(`byte ${reader.at}: ${reader.left} bytes come after the value`);
  return value;
}

function read(reader: Reader, depth: number): Value {
  if (depth > MAX_DEPTH) throw new Error(`byte ${reader.at}: deeper than ${MAX_DEPTH} levels`);
  const type = reader.u8();
  if (type < 0x80) return type;
  if (type >= 0xe0) return type - 0x100;
  if (type < 0x90) return map(reader, type & 15, depth);
  if (type < 0xa0) return list(reader, type & 15, depth);
  if (type < 0xc0) return reader.text(type & 31);
  switch (type) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return reader.bytes(reader.u8());
    case 0xc5:
      return reader.bytes(reader.u16());
    case 0xc6:
      return reader.bytes(reader.u32());
    case 0xc7:
      return extension(reader, reader.u8());
    case 0xc8:
      return extension(reader, reader.u16());
    case 0xc9:
      return extension(reader, reader.u32());
    case 0xca:
      return reader.f32();
    case 0xcb:
      return reader.f64();
    case 0xcc:
      return reader.u8();
    case 0xcd:
      return reader.u16();
    case 0xce:
      return reader.u32();
    case 0xcf:
      return reader.u64();
    case 0xd0:
      return reader.i8();
    case 0xd1:
      return reader.i16();
    case 0xd2:
      return reader.i32();
    case 0xd3:
      return reader.i64();
    case 0xd9:
      return reader.text(reader.u8());
    case 0xda:
      return reader.text(reader.u16());
    case 0xdb:
      return reader.text(reader.u32());
    case 0xdc:
      return list(reader, reader.u16(), depth);
    case 0xdd:
      return list(reader, reader.u32(), depth);
    case 0xde:
      return map(reader, reader.u16(), depth);
    case 0xdf:
      return map(reader, reader.u32(), depth);
    case 0xc1:
      throw new Error(`byte ${reader.at - 1}: c1 is never used`);
    default:
      return extension(reader, 1 << (type - 0xd4));
  }
}

function extension(reader: Reader, length: number): Value {
  const type = reader.i8();
  return mapOf([['data', reader.bytes(length)]], `extension ${type}`);
}

function list(reader: Reader, count: number, depth: number): Value {
  // A count is only believed as far as there are bytes for it.
  if (count > reader.left) throw new Error(`byte ${reader.at}: ${count} elements in ${reader.left} bytes`);
  return Array.from({ length: count }, () => read(reader, depth + 1));
}

function map(reader: Reader, count: number, depth: number): Value {
  if (count * 2 > reader.left) throw new Error(`byte ${reader.at}: ${count} entries in ${reader.left} bytes`);
  return mapOf(Array.from({ length: count }, () => [read(reader, depth + 1), read(reader, depth + 1)] as const));
}
