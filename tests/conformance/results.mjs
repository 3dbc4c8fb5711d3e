// Verdicts that are kept in the repository: one run a line.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('results.jsonl', import.meta.url));

/**
 * All that is kept: `{ name, judge, runtime, commit, date, verdicts: { case: verdict }, again: { case: verdict } }`, where `again` has
 * the first verdict of what was run once more.
 */
export function kept() {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** Keeps a run in the place of the one before it. `runtime`: what it says of its version. */
export function keep({ name, judge, runtime, commit, date, verdicts, again }) {
  const told = { verdicts: brief(verdicts), again: brief(again) };
  const run = { name, judge, runtime: versionIn(runtime), commit, date, ...told };
  const others = kept().filter((other) => other.name !== name || other.judge !== judge);
  const all = [...others, run].sort((a, b) => `${a.name} ${a.judge}`.localeCompare(`${b.name} ${b.judge}`, 'en'));
  writeFileSync(file, all.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

/** The starter of a browser may say something else first. */
export const versionIn = (output) => /\d+(\.\d+)+/.exec(output)[0];

function brief(verdicts) {
  const entries = Object.entries(verdicts).map(([id, { behavior, behaviorClose, result }]) => {
    const verdict = behavior === behaviorClose ? behavior : `${behavior}, closing ${behaviorClose}`;
    return [id, behavior === 'OK' ? verdict : `${verdict}: ${result}`];
  });
  return Object.fromEntries(entries);
}
