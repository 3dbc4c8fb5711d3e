/** The Pong of a Ping, and the other way round: the nearest of the other side with the same payload. */

import type { Capture, FrameRow } from './capture.js';
import { collectMatches, placeOf } from './matching.js';

const PING = 9;
const PONG = 10;

/** Frames that are looked at. */
const LOOKED = 64;

/** The number of the frame that answers, or is answered; `undefined` if there is none. */
export async function partnerOf(
  capture: Capture,
  { n, op, conn, dir, preview }: FrameRow,
): Promise<number | undefined> {
  if (op !== PING && op !== PONG) return undefined;
  const wanted = `op == ${op === PING ? 'pong' : 'ping'} and conn == ${conn} and dir == ${dir === 'c2s' ? 's2c' : 'c2s'}`;
  let found: Uint32Array = new Uint32Array(0);
  await collectMatches(capture, wanted, new AbortController().signal, (numbers) => {
    found = numbers;
  });
  const place = placeOf(found, n);
  const near =
    op === PING ? found.slice(place, place + LOOKED) : found.slice(Math.max(place - LOOKED, 0), place).reverse();
  const rows = await capture.rows(near);
  return rows.find((row) => row.preview === preview)?.n;
}
