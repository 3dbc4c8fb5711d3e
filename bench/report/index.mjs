// Writes what bench/results.json says into the documents: npm run bench:report
//
// A figure stands between `<!-- bench:NAME -->` and `<!-- end -->`, where NAME is one of TABLES. The test
// tests/tools/bench-report.test.mjs holds the documents to what this writes.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plot } from './plot.mjs';
import { TABLES } from './tables.mjs';

const path = (name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
export const read = (name) => readFileSync(path(name), 'utf8');

export const RESULTS = 'bench/results.json';
export const DOCUMENTS = ['README.md', 'docs/performance.md'];
export const PLOT = 'docs/performance.svg';

const PLACE = /<!-- bench:(\w+) -->\n[\s\S]*?<!-- end -->/g;

/** The names of the figures in a text. */
export const figuresIn = (text) => [...text.matchAll(PLACE)].map(([, name]) => name);

/** A text with its figures as they are in the results. */
export const written = (text, results) =>
  text.replace(PLACE, (_, name) => `<!-- bench:${name} -->\n${TABLES[name](results)}<!-- end -->`);

/** Writes all documents. */
export function report() {
  const results = JSON.parse(read(RESULTS));
  for (const name of DOCUMENTS) writeFileSync(path(name), written(read(name), results));
  writeFileSync(path(PLOT), plot(results));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) report();
