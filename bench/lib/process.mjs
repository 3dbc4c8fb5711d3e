// Programs of bench/processes/, each run in a fresh process: what a process keeps (code compiled, memory taken) would be
// in the next figure.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './compare.mjs';

const program = (name) => fileURLToPath(new URL(`../processes/${name}.mjs`, import.meta.url));

/** What the program printed, as JSON. */
async function answerOf(name, args) {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program(name), ...args.map(String)]);
  return JSON.parse(stdout);
}

/**
 * Runs a program for us and for a peer, in turn, so that what else the machine does meets both. Gives each key of their
 * answers as a median, `{ ours, peer }`, and with `ratio` that of neighbours.
 */
export async function compareProcesses(name, [ours, peer], runs) {
  const pairs = [];
  for (let run = 0; run < runs; run += 1) pairs.push([await answerOf(name, ours), await answerOf(name, peer)]);
  const keys = Object.keys(pairs[0][0]);
  return Object.fromEntries(
    keys.map((key) => [
      key,
      {
        ours: median(pairs.map(([answer]) => answer[key])),
        peer: median(pairs.map(([, answer]) => answer[key])),
        ratio: median(pairs.map(([us, them]) => them[key] / us[key])),
      },
    ]),
  );
}
