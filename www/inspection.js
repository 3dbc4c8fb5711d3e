// @ts-check
// What a text holds: bytes, and the frames in them.

import { bytesOfText, StreamReader } from './sansocket.js';

/** Frames that are read. The command line has no such bound. */
const MAX_ITEMS = 20_000;

/**
 * @typedef {object} Inspection
 * @property {Uint8Array} bytes
 * @property {'hex' | 'base64'} notation
 * @property {import('./sansocket.js').NotationError | undefined} error Where the text could not be read.
 * @property {import('./sansocket.js').Item[]} items
 * @property {number} violations
 * @property {'client' | 'server' | undefined} role Who receives the bytes.
 * @property {string | undefined} trouble Why not all bytes could be read.
 */

/**
 * Reads a text. Everything before an error is there.
 *
 * @param {string} text
 * @param {'hex' | 'base64' | undefined} notation `undefined` to recognise it.
 * @param {'client' | 'server' | undefined} role `undefined` to guess it.
 * @returns {Inspection}
 */
export function inspect(text, notation, role) {
  const { bytes, error, notation: recognised } = bytesOfText(text, notation);
  const reader = new StreamReader({ role });
  /** @type {import('./sansocket.js').Item[]} */
  const items = [];
  let trouble;
  for (const item of everything(reader, bytes)) {
    if (items.length === MAX_ITEMS) {
      trouble = `only the first ${MAX_ITEMS} frames are shown`;
      reader.free();
      break;
    }
    items.push(item);
  }
  const violations = items.reduce((sum, item) => sum + item.violations.length, 0);
  return {
    bytes,
    notation: recognised,
    error,
    items,
    violations,
    role: reader.role,
    trouble: trouble ?? reader.trouble,
  };
}

/**
 * @param {StreamReader} reader
 * @param {Uint8Array} bytes
 */
function* everything(reader, bytes) {
  yield* reader.read(bytes);
  yield* reader.end();
}
