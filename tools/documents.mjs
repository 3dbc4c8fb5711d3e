// `node tools/documents.mjs`: writes the documents that are made of a record as it is. Nothing is tried or measured for that.
//
// The test tests/tools/documents.test.mjs holds the documents to what this writes.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { written as conformance } from '../tests/conformance/document.mjs';
import { written as fuzzing } from './lib/fuzz-record.mjs';
import { written as mutants } from './lib/mutants-record.mjs';
import { at } from './lib/paths.mjs';

/** The text of each, by the one that it has: what is around a table is written by hand. */
export const documents = {
  'docs/conformance.md': conformance,
  'docs/fuzzing.md': fuzzing,
  'docs/mutants.md': mutants,
};

export const read = (path) => readFileSync(at(path), 'utf8');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, written] of Object.entries(documents)) writeFileSync(at(path), written(read(path)));
}
