// Two ways to do the same work, timed against each other in one process.

/**
 * How long to measure: slices of `milliseconds`, `rounds` of each side. On a busy machine most slices are interrupted:
 * so many times as many are tried (`patience`).
 */
export const effort = (quick) =>
  quick ? { quick, milliseconds: 2, rounds: 5, patience: 2 } : { quick, milliseconds: 8, rounds: 21, patience: 4 };

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * One side of a comparison: work that is done in steps, over and over.
 *
 * @typedef {object} Side
 * @property {number} steps Steps of one round.
 * @property {number} messages Messages of one round.
 * @property {(step: number) => void} [before] Prepares a step; its time is not counted.
 * @property {(step: number) => void | Promise<void>} run Does a step.
 */

/**
 * Times two sides. Slices of both alternate, so that what else the machine does meets both; a ratio is that of two
 * neighbours. Pairs in which the system took the processor away do not count, as long as there are others. `cpu` is the
 * ratio of processor time, all threads together.
 *
 * @param {Side} ours
 * @param {Side} peer
 */
export async function compare(ours, peer, { milliseconds, rounds, patience }) {
  const counts = [await calibrate(ours, milliseconds), await calibrate(peer, milliseconds)];
  const pairs = [];
  const calm = (pair) => pair[0].interrupted + pair[1].interrupted;
  for (let i = 0, clean = 0; i < patience * rounds && clean < rounds; i += 1) {
    const pair = [await slice(ours, counts[0]), await slice(peer, counts[1])];
    pairs.push(pair);
    if (calm(pair) === 0) clean += 1;
  }
  const slices = pairs.sort((a, b) => calm(a) - calm(b)).slice(0, rounds);
  const of = (side, key) => median(slices.map((pair) => pair[side][key]));
  const ratio = (key) => median(slices.map(([a, b]) => b[key] / a[key]));
  return { ratio: ratio('wall'), cpu: ratio('cpu'), ours_ns: of(0, 'wall'), peer_ns: of(1, 'wall'), runs: rounds };
}

/** Nanoseconds of processor time for one message, alone. */
export async function time(side, { milliseconds, rounds }) {
  const count = await calibrate(side, milliseconds);
  const slices = [];
  for (let round = 0; round < rounds; round += 1) slices.push(await slice(side, count));
  return median(slices.map(({ cpu }) => cpu));
}

/** How many rounds fill a slice; also what warms the side up. */
async function calibrate(side, milliseconds) {
  for (let count = 1; ; count *= 2) {
    const { total } = await slice(side, count);
    if (total > milliseconds / 2) return Math.max(1, Math.round((count * milliseconds) / total));
  }
}

/** Nanoseconds for each message of so many rounds, and how often another process came between. */
async function slice({ steps, messages, before, run }, count) {
  let total = 0;
  const { userCPUTime: user, systemCPUTime: system, involuntaryContextSwitches } = process.resourceUsage();
  for (let round = 0; round < count; round += 1) {
    for (let step = 0; step < steps; step += 1) {
      before?.(step);
      const start = performance.now();
      const running = run(step);
      if (running !== undefined) await running;
      total += performance.now() - start;
    }
  }
  const used = process.resourceUsage();
  const cpu = used.userCPUTime - user + used.systemCPUTime - system;
  const interrupted = used.involuntaryContextSwitches - involuntaryContextSwitches;
  const done = count * messages;
  return { total, wall: (total * 1e6) / done, cpu: (cpu * 1e3) / done, interrupted };
}

/** Prints rows of equal keys as a table. */
export function printTable(rows) {
  if (rows.length === 0) return;
  const keys = Object.keys(rows[0]);
  const widths = keys.map((key) => Math.max(key.length, ...rows.map((row) => String(row[key]).length)));
  const line = (cells) => console.log(`| ${cells.map((cell, i) => String(cell).padEnd(widths[i])).join(' | ')} |`);
  line(keys);
  line(widths.map((width) => '-'.repeat(width)));
  for (const row of rows) line(keys.map((key) => row[key]));
}
