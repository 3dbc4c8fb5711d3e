/** The header of a frame without extensions (RFC 6455 §5.2). */

const FIN = 0x80;

/** The MASK bit, in the second byte. */
const MASK = 0x80;

const KEY_LENGTH = 4;

/** Bytes of the longest. */
export const MAX_HEADER = 14;

/** Bytes of the header of a payload of so many. */
export function headerLength(length: number, masked: boolean): number {
  return (length < 126 ? 2 : length < 1 << 16 ? 4 : 10) + (masked ? KEY_LENGTH : 0);
}

/** The first byte. */
export function firstByte(opcode: number, fin: boolean): number {
  return fin ? FIN | opcode : opcode;
}

/** Writes the header, with a masking key if there is one, its first byte lowest; gives where the payload begins. */
export function writeHeader(
  memory: Uint8Array,
  at: number,
  first: number,
  length: number,
  key: number | undefined,
): number {
  const mask = key === undefined ? 0 : MASK;
  let end = at + 2;
  memory[at] = first;
  if (length < 126) {
    memory[at + 1] = mask | length;
  } else if (length < 1 << 16) {
    memory[at + 1] = mask | 126;
    memory[at + 2] = length >>> 8;
    memory[at + 3] = length;
    end = at + 4;
  } else {
    memory[at + 1] = mask | 127;
    writeUint32(memory, at + 2, length / 2 ** 32);
    writeUint32(memory, at + 6, length);
    end = at + 10;
  }
  if (key === undefined) return end;
  memory[end] = key;
  memory[end + 1] = key >>> 8;
  memory[end + 2] = key >>> 16;
  memory[end + 3] = key >>> 24;
  return end + KEY_LENGTH;
}

/** Big-endian, of what may be larger the low 32 bits. To make a `DataView` takes longer. */
function writeUint32(memory: Uint8Array, at: number, value: number): void {
  memory[at] = value >>> 24;
  memory[at + 1] = value >>> 16;
  memory[at + 2] = value >>> 8;
  memory[at + 3] = value;
}
