/** Frames of a capture one after the other, for whoever writes them. */

import type { Capture, FrameRow } from './capture.js';
import { frameBytes } from './conversation.js';

/** Rows that are fetched at once. */
export const BLOCK = 256;

/** Rows of a selection with their bytes on the wire, in order. */
export async function* framesOf(
  capture: Capture,
  numbers: Uint32Array | undefined,
  total: number,
): AsyncGenerator<{ row: FrameRow; wire: Uint8Array }> {
  const count = numbers?.length ?? total;
  for (let first = 0; first < count; first += BLOCK) {
    const size = Math.min(BLOCK, count - first);
    const rows = await capture.rows(
      Uint32Array.from({ length: size }, (_, at) => numbers?.[first + at] ?? first + at + 1),
    );
    for (const row of rows) {
      yield { row, wire: row.hdrLen === null ? await made(capture, row) : await capture.layer(row.n, 'wire') };
    }
  }
}

/** A frame for a message of a source that has none. */
async function made(capture: Capture, { n, op, dir }: FrameRow): Promise<Uint8Array> {
  const key = dir === 'c2s' ? new Uint8Array(4) : undefined;
  return frameBytes(0x80 | op, await capture.layer(n, 'message'), key);
}
