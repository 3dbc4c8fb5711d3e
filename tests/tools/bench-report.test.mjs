// The figures of the documents are those of bench/results.json.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, ns } from '../../bench/lib/figures.mjs';
import { DOCUMENTS, figuresIn, PLOT, RESULTS, read, written } from '../../bench/report/index.mjs';
import { plot } from '../../bench/report/plot.mjs';
import { TABLES } from '../../bench/report/tables.mjs';

const results = JSON.parse(read(RESULTS));
const remedy = 'run `npm run bench:report`, or measure anew by `npm run bench:publish`';

for (const document of DOCUMENTS) {
  test(`${document} says what ${RESULTS} says`, () => {
    const text = read(document);
    assert.ok(figuresIn(text).length > 0, 'there are figures in it');
    for (const name of figuresIn(text)) assert.equal(typeof TABLES[name], 'function', `there is a table "${name}"`);
    assert.equal(written(text, results), text, remedy);
  });
}

test('every table is shown', () => {
  const shown = new Set(DOCUMENTS.flatMap((document) => figuresIn(read(document))));
  assert.deepEqual([...shown].sort(), Object.keys(TABLES).sort());
});

test('a figure that changed shows', () => {
  const changed = structuredClone(results);
  const cell = changed.codec.find(({ name, size }) => name === 'decode masked text' && size === '16 B');
  cell.ratio += 1;
  for (const document of DOCUMENTS) assert.notEqual(written(read(document), changed), read(document), document);
  assert.notEqual(plot(changed), plot(results));
});

test(`${PLOT} shows them`, () => {
  assert.equal(plot(results), read(PLOT), remedy);
});

test('figures are written with three digits and a unit', () => {
  assert.deepEqual([0.5, 9.999, 12.34, 999.4, 999.9, 1234, 5.6e9].map(ns), [
    '0.50 ns',
    '10.00 ns',
    '12.3 ns',
    '999 ns',
    '1.00 µs',
    '1.23 µs',
    '5.60 s',
  ]);
  assert.deepEqual([100, 1024, 1.5 * 2 ** 20, 3 * 2 ** 30, 5000 * 2 ** 30].map(bytes), [
    '100 B',
    '1.00 KiB',
    '1.50 MiB',
    '3.00 GiB',
    '5000 GiB',
  ]);
});
