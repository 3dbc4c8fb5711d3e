// For Node, Deno and Bun: prints the results of the checks as JSON, those of CommonJS as one.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runChecks, runSlimChecks } from './checks.mjs';
import vectors from './vectors.mjs';

const require = createRequire(import.meta.url);
const codec = readFileSync(require.resolve('sansocket/codec.wasm'));

/** Those with conditions: the others are files. */
const names = Object.entries(require('sansocket/package.json').exports)
  .filter(([, target]) => typeof target === 'object')
  .map(([name]) => name.slice(2));

/** Loads every entry, and runs the checks. Of `client` there are none: tests/client has them. */
async function run(load) {
  const first = await runSlimChecks(await load('sansocket/slim'), codec);
  const entries = {};
  for (const name of names) entries[name || 'api'] = await load(name ? `sansocket/${name}` : 'sansocket');
  return { entries, results: { ...first, ...(await runChecks(entries, vectors)) } };
}

const { entries, results } = await run((name) => import(name));
const common = await run(require);
const namesOf = (entry) => `${Object.keys(entry).sort()}`;
const faults = Object.keys(entries)
  .filter((name) => namesOf(entries[name]) !== namesOf(common.entries[name]))
  .map((name) => `${name} has other names than as a module`);
const failed = Object.values(common.results).filter((result) => result !== 'ok');
results['all of this with CommonJS'] = [...faults, ...failed][0] ?? 'ok';

console.log(JSON.stringify(results));
