// What SECURITY.md says is shown, is there to be looked at.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { at } from '../../tools/lib/paths.mjs';

const rows = readFileSync(at('SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+\.\d+ \|/.test(line))
  .map((line) => line.split(' | '));

const numbers = ['hostile', 'edges'].flatMap((name) =>
  readFileSync(at('tests', 'vectors', `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).id.split('.')[0]),
);

test('threats are numbered in order, each with its risk and what is done', () => {
  assert.ok(rows.length > 40);
  let before = [0, 0];
  for (const [first, kind, threat, risk, done] of rows) {
    const [section, number] = first.slice(2).split('.').map(Number);
    assert.deepEqual([section, number], section === before[0] ? [section, before[1] + 1] : [before[0] + 1, 1]);
    before = [section, number];
    assert.match(kind, /^[STRIDE]$/, first);
    assert.ok(threat && done, first);
    assert.match(risk, /^(high|medium|low)$/, first);
  }
});

test('what shows it exists', () => {
  for (const row of rows) {
    const shown = row.at(-1);
    for (const [, path] of shown.matchAll(/`((?:tests|inspector)\/[^`]*)`/g)) assert.ok(existsSync(at(path)), path);
    for (const [, from, to] of shown.matchAll(/\b([A-Z]\d\d)(?:–([A-Z]\d\d))?/g)) {
      for (const number of [from, to ?? from]) assert.ok(numbers.includes(number), `there is no vector ${number}`);
    }
  }
});
