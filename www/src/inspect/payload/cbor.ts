/** CBOR (RFC 8949). */

import { Reader } from './reader.js';
import { mapOf, type Value } from './value.js';

const MAX_DEPTH = 64;

/** The one value of a payload. Throws where it is none. */
export function decodeCbor(bytes: Uint8Array): Value {
  const reader = new Reader(bytes);
  const value = read(reader, 0);
  if (value === BREAK) throw new Error('byte 0: a break without a beginning');
  if (reader.left > 0) throw new Error(`byte ${reader.at}: ${reader.left} bytes come after the value`);
  return value;
}

const BREAK = Symbol('break');

function read(reader: Reader, depth: number): Value | typeof BREAK {
  if (depth > MAX_DEPTH) throw new Error(`byte ${reader.at}: deeper than ${MAX_DEPTH} levels`);
  const first = reader.u8();
  const [major, minor] = [first >> 5, first & 31];
  if (major === 7) return simple(reader, minor);
  if (minor === 31) return indefinite(reader, major, depth);
  const argument = argumentOf(reader, minor);
  switch (major) {
    case 0:
      return argument;
    case 1:
      return typeof argument === 'bigint' ? -1n - argument : -1 - argument;
    case 2:
      return reader.bytes(Number(argument));
    case 3:
      return reader.text(Number(argument));
    case 4:
      return list(reader, Number(argument), depth);
    case 5:
      return map(reader, Number(argument), depth);
    default:
      return mapOf([['value', item(reader, depth + 1)]], `tag ${argument}`);
  }
}

function item(reader: Reader, depth: number): Value {
  const value = read(reader, depth);
  if (value === BREAK) throw new Error(`byte ${reader.at - 1}: a break in the wrong place`);
  return value;
}

function argumentOf(reader: Reader, minor: number): number | bigint {
  if (minor < 24) return minor;
  if (minor === 24) return reader.u8();
  if (minor === 25) return reader.u16();
  if (minor === 26) return reader.u32();
  if (minor === 27) return reader.u64();
  throw new Error(`byte ${reader.at - 1}: ${minor} is reserved`);
}

function list(reader: Reader, count: number, depth: number): Value {
  if (count > reader.left) throw new Error(`byte ${reader.at}: ${count} elements in ${reader.left} bytes`);
  return Array.from({ length: count }, () => item(reader, depth + 1));
}

function map(reader: Reader, count: number, depth: number): Value {
  if (count * 2 > reader.left) throw new Error(`byte ${reader.at}: ${count} entries in ${reader.left} bytes`);
  return mapOf(Array.from({ length: count }, () => [item(reader, depth + 1), item(reader, depth + 1)] as const));
}

/** RFC 8949 §3.2: until a break. */
function indefinite(reader: Reader, major: number, depth: number): Value {
  const items: Value[] = [];
  for (let next = read(reader, depth + 1); next !== BREAK; next = read(reader, depth + 1)) items.push(next);
  if (major === 4) return items;
  if (major === 5) {
    if (items.length % 2 !== 0) throw new Error(`byte ${reader.at - 1}: a key without a value`);
    return mapOf(items.flatMap((key, at) => (at % 2 === 0 ? [[key, items[at + 1] ?? null] as const] : [])));
  }
  return mapOf(
    items.map((part, at) => [at, part]),
    'in parts',
  );
}

function simple(reader: Reader, minor: number): Value | typeof BREAK {
  switch (minor) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
      return null;
    case 23:
      return mapOf([], 'undefined');
    case 24:
      return mapOf([], `simple ${reader.u8()}`);
    case 25:
      return reader.f16();
    case 26:
      return reader.f32();
    case 27:
      return reader.f64();
    case 31:
      return BREAK;
    default:
      return mapOf([], `simple ${minor}`);
  }
}
