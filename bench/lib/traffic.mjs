// What goes over the wire, always the same: payloads, the frames of them, and the chunks that a socket would give.

import { encodeFrame } from 'sansocket';
import { messages } from './messages.mjs';

/** The sizes of the table of goals, in bytes. */
export const SIZES = { '16 B': 16, '125 B': 125, '1 KiB': 1024, '16 KiB': 16_384, '1 MiB': 1 << 20 };

/** Node reads a socket in pieces of so many bytes. */
export const CHUNK = 65_536;

/** About so many bytes are decoded before the same ones come again: a few chunks, and a whole message at least. */
const ROUND = 1 << 18;

const decoder = new TextDecoder();
const VARIED = 32;

/** `count` payloads of `size` bytes, each different: JSON, text beyond ASCII, or bytes. */
const kinds = {
  text: (size, count) => messages(size, count).map((bytes) => decoder.decode(bytes)),
  'non-ASCII text': (size, count) =>
    Array.from({ length: count }, (_, i) => {
      const words = ['Привет, мир: ', '日本語のテキスト ', 'naïve café ', 'Ελληνικά 😀 ', 'ok '];
      let text = '';
      for (let at = i, bytes = 0; bytes < size + 16; at += 1) {
        const word = words[at % words.length];
        text += word;
        bytes += Buffer.byteLength(word);
      }
      return cutTo(text, size);
    }),
  binary: (size, count) => messages(size, count).map((bytes) => bytes.map((byte, i) => byte * 31 + i)),
};

/** The longest start of `text` within `size` bytes, filled up with spaces. */
function cutTo(text, size) {
  const bytes = Buffer.from(text).subarray(0, size);
  const cut = decoder.decode(bytes, { stream: false }).replace(/\uFFFD+$/, '');
  return cut + ' '.repeat(size - Buffer.byteLength(cut));
}

/** Enough payloads for one round, at least one. */
export function payloads(kind, size, total = ROUND) {
  const count = Math.max(1, Math.floor(total / (size + 8)));
  const different = kinds[kind](size, Math.min(VARIED, count));
  return Array.from({ length: count }, (_, i) => different[i % different.length]);
}

/** A frame for each; with `part`, frames of so many bytes. */
export const framesOf = (data, masked, part = Infinity) =>
  data.flatMap((payload) => {
    const opcode = typeof payload === 'string' ? 1 : 2;
    if (payload.length <= part) return [encodeFrame({ opcode, payload, masked })];
    return partsOf(Buffer.from(payload), part).map(({ data, first, last }) =>
      encodeFrame({ opcode: first ? opcode : 0, payload: data, fin: last, masked }),
    );
  });

/** Bytes in pieces of `size`, each with whether it is the first and the last. */
export function partsOf(bytes, size) {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => ({
    data: bytes.subarray(i * size, (i + 1) * size),
    first: i === 0,
    last: i === count - 1,
  }));
}

/** The frames as a socket gives them. */
export function cut(frames, size = CHUNK) {
  const all = Buffer.concat(frames);
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));
}
