// Ways to cut a stream into chunks. How it is cut makes no difference, so every test may run all of them.

import { Seeded } from './random.mjs';

/** Whole, byte by byte, and `random` times at seeded random places; each a list of places to cut at. */
export function waysToCut(length, random = 16, seed = 1) {
  const generator = new Seeded(seed);
  const everyByte = Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1);
  const ways = [[], everyByte];
  for (let i = 0; i < random; i += 1) {
    const places = Array.from({ length: 1 + generator.below(8) }, () => generator.below(length + 1));
    ways.push(places.sort((a, b) => a - b));
  }
  return ways;
}

/** The chunks of `bytes` cut at `places`. */
export function cut(bytes, places) {
  return [0, ...places].map((start, i) => bytes.subarray(start, places[i] ?? bytes.length));
}

/** How a way to cut reads in a message: every byte would fill a page. */
export function describeCut(places) {
  if (places.length === 0) return 'whole';
  return places.length > 8 ? `in ${places.length + 1} chunks` : `cut at ${places.join(', ')}`;
}
