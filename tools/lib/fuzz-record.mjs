// How much was fuzzed so far, on all occasions together.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { at } from './paths.mjs';

const file = at('fuzz', 'record.json');

/** The names of the targets. */
export const fuzzTargets = () =>
  readdirSync(at('fuzz', 'fuzz_targets'))
    .filter((name) => name.endsWith('.rs'))
    .map((name) => name.slice(0, -'.rs'.length))
    .sort();

const read = () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});

/** Adds a run. */
export function record(target, { runs, cpuSeconds, coverage, features }) {
  const all = read();
  const { runs: before = 0, cpuSeconds: spent = 0 } = all[target] ?? {};
  const sum = { runs: before + runs, cpuSeconds: Math.round(spent + cpuSeconds), coverage, features };
  const sorted = Object.entries({ ...all, [target]: sum }).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
}

const [BEGIN, END] = ['<!-- npm run fuzz -- --record -->\n', '<!-- end -->'];

/** The text of docs/fuzzing.md with the table of what is recorded. */
export function written(text) {
  const rows = Object.entries(read()).map(
    ([target, { runs, cpuSeconds, coverage }]) =>
      `| \`${target}\` | ${(cpuSeconds / 3600).toFixed(2)} | ${(runs / 1e6).toFixed(2)} | ${coverage} |\n`,
  );
  const table = `| target | CPU-hours | million runs | edges reached |\n|---|---|---|---|\n${rows.join('')}`;
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  return text.slice(0, before) + table + text.slice(after);
}

const document = at('docs', 'fuzzing.md');

/** Puts the table into docs/fuzzing.md. */
export const writeFuzzingDocument = () => writeFileSync(document, written(readFileSync(document, 'utf8')));
