// Two ways to do the same work, timed against each other in one process.

/** How long to measure: slices of `milliseconds`, `rounds` of each side. */
export const effort = (quick) => (quick ? { milliseconds: 15, rounds: 5 } : { milliseconds: 60, rounds: 15 });

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Times `ours` and `peer`, functions that do their work at least `count` times, give how often they did, and may be
 * asynchronous. Slices of both alternate,
 * so that what else the machine does meets both; a ratio is that of two neighbours. `cpu` is the ratio of processor time,
 * all threads together, which load changes less.
 */
export async function compare(ours, peer, { milliseconds, rounds }) {
  const counts = [await calibrate(ours, milliseconds), await calibrate(peer, milliseconds)];
  const slices = [];
  for (let round = 0; round < rounds; round += 1) {
    slices.push([await slice(ours, counts[0]), await slice(peer, counts[1])]);
  }
  const of = (side, key) => median(slices.map((pair) => pair[side][key]));
  const ratio = (key) => median(slices.map(([a, b]) => b[key] / a[key]));
  return { ratio: ratio('wall'), cpu: ratio('cpu'), ours_ns: of(0, 'wall'), peer_ns: of(1, 'wall'), runs: rounds };
}

/** Nanoseconds for one time of the work, alone. */
export async function time(work, { milliseconds, rounds }) {
  const count = await calibrate(work, milliseconds);
  const slices = [];
  for (let round = 0; round < rounds; round += 1) slices.push(await slice(work, count));
  return median(slices.map(({ cpu }) => cpu));
}

/** How many times fit a slice; also what warms the work up. */
async function calibrate(work, milliseconds) {
  for (let count = 1; ; count *= 2) {
    const start = performance.now();
    await work(count);
    const took = performance.now() - start;
    if (took > milliseconds / 2) return Math.max(1, Math.round((count * milliseconds) / took));
  }
}

async function slice(work, count) {
  const before = process.cpuUsage();
  const start = performance.now();
  const done = await work(count);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { wall: (wall * 1e6) / done, cpu: ((user + system) * 1e3) / done };
}

/** Prints rows of equal keys as a table. */
export function printTable(rows) {
  const keys = Object.keys(rows[0]);
  const widths = keys.map((key) => Math.max(key.length, ...rows.map((row) => String(row[key]).length)));
  const line = (cells) => console.log(`| ${cells.map((cell, i) => String(cell).padEnd(widths[i])).join(' | ')} |`);
  line(keys);
  line(widths.map((width) => '-'.repeat(width)));
  for (const row of rows) line(keys.map((key) => row[key]));
}
