/** The frames that a filter lets through, found piece by piece, so that the first ones show at once. */

import type { Capture } from './capture.js';

const PIECE = 1 << 16;

/** Numbers found before, among so many frames. */
export interface Found {
  readonly numbers: Uint32Array;
  readonly looked: number;
}

const NOTHING: Found = { numbers: new Uint32Array(0), looked: 0 };

interface Sought {
  /** Whether messages are matched, each at its first frame, and not frames one by one. */
  readonly messages?: boolean;
  /** What to go on behind. */
  readonly before?: Found | undefined;
}

/** Calls `onPart` with all numbers found so far, after each piece; stops when `signal` says so. */
export async function collectMatches(
  capture: Capture,
  expression: string,
  signal: AbortSignal,
  onPart: (numbers: Uint32Array, looked: number) => void,
  { messages = false, before = NOTHING }: Sought = {},
): Promise<void> {
  const total = capture.frames;
  let found = new Uint32Array(Math.min(total, before.numbers.length + PIECE));
  found.set(before.numbers);
  let count = before.numbers.length;
  for (let from = before.looked + 1; from <= total; from += PIECE) {
    const size = Math.min(PIECE, total - from + 1);
    const bits = await capture.match(expression, from, size, messages);
    if (signal.aborted) return;
    if (count + size > found.length) {
      const larger = new Uint32Array(Math.min(Math.max(found.length * 2, count + size), total));
      larger.set(found.subarray(0, count));
      found = larger;
    }
    for (let at = 0; at < size; at += 1) {
      if ((((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1) {
        found[count] = from + at;
        count += 1;
      }
    }
    onPart(found.subarray(0, count), from + size - 1);
  }
  if (total === before.looked) onPart(found.subarray(0, count), total);
}

/** All frames that an expression lets through. */
export async function numbersOf(capture: Capture, expression: string): Promise<Uint32Array> {
  let found: Uint32Array = new Uint32Array(0);
  await collectMatches(capture, expression, new AbortController().signal, (numbers) => {
    found = numbers;
  });
  return found;
}

/** The place of a number in an ascending list, or of the next larger one. */
export function placeOf(numbers: Uint32Array, number: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
