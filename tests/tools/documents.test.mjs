// The documents that are made of a record say what is in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documents, read } from '../../tools/documents.mjs';
import { marked } from '../../tools/lib/mutants-record.mjs';

/** Which files have changed since their mutants were tried is told when the document is written: more may have by now. */
const options = { 'docs/mutants.md': marked };

for (const [path, written] of Object.entries(documents)) {
  test(`${path} says what is recorded`, () => {
    const text = read(path);
    assert.equal(written(text, options[path]?.(text)), text, 'run `node tools/documents.mjs`');
  });
}
