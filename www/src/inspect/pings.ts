/** Pings and the Pongs that answer them: the next one of the other side with the same payload (RFC 6455 §5.5.3). */

import type { Capture, FrameRow } from './capture.js';
import { numbersOf, placeOf } from './matching.js';

const PING = 9;
const PONG = 10;

/** Frames that are looked at around one. */
const LOOKED = 64;

/** The most Pings and Pongs of a stretch of time that are paired: more would be drawn over each other anyway. */
const MOST = 1200;

/** The frame that answers another one, or that it answers, and the milliseconds between them. */
export interface Partner {
  readonly n: number;
  readonly rtt: number | null;
}

/** The Pong of a Ping, and the other way round; `undefined` if there is none. */
export async function partnerOf(capture: Capture, frame: FrameRow): Promise<Partner | undefined> {
  const { n, op, conn } = frame;
  if (op !== PING && op !== PONG) return undefined;
  const found = await numbersOf(capture, `op in (ping, pong) and conn == ${conn}`);
  const place = placeOf(found, n);
  const rows = await capture.rows(found.slice(Math.max(place - LOOKED, 0), place + LOOKED));
  const pair = pairsOf(rows).find(({ ping, pong }) => ping.n === n || pong.n === n);
  if (pair === undefined) return undefined;
  return { n: pair.ping.n === n ? pair.pong.n : pair.ping.n, rtt: roundTrip(pair) };
}

export interface Pair {
  readonly ping: FrameRow;
  readonly pong: FrameRow;
}

/** The pairs of a stretch of time; none where there are too many to tell apart. */
export async function pairsBetween(capture: Capture, from: number, to: number): Promise<readonly Pair[]> {
  const found = await numbersOf(capture, `op in (ping, pong) and t >= ${from.toFixed(6)} and t <= ${to.toFixed(6)}`);
  return found.length > MOST ? [] : pairsOf(await capture.rows(found));
}

/** Milliseconds from Ping to Pong. */
export const roundTrip = ({ ping, pong }: Pair): number | null =>
  ping.t === null || pong.t === null ? null : (pong.t - ping.t) * 1000;

/** Each Pong with the latest open Ping that it answers: it answers all before that one as well. */
function pairsOf(rows: readonly FrameRow[]): Pair[] {
  const open = new Map<string, FrameRow[]>();
  const pairs: Pair[] = [];
  for (const row of rows) {
    const asker = row.op === PING ? row.dir : row.dir === 'c2s' ? 's2c' : 'c2s';
    const key = `${row.conn} ${asker}`;
    const pings = open.get(key) ?? [];
    if (row.op === PING) open.set(key, [...pings, row]);
    else {
      const at = pings.findLastIndex(({ preview }) => preview === row.preview);
      const ping = pings[at];
      if (ping === undefined) continue;
      pairs.push({ ping, pong: row });
      open.set(key, pings.slice(at + 1));
    }
  }
  return pairs;
}
