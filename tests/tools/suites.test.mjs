import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow } from '../../tools/lib/stage.mjs';
import { steps } from '../../tools/lib/steps.mjs';
import { suites } from '../../tools/lib/suites.mjs';

test('every JavaScript test is in one suite', () => {
  const run = suites.flatMap(({ commands }) => commands().flat()).filter((word) => word.endsWith('.test.mjs'));
  assert.deepEqual(
    run.sort(),
    filesBelow(['tests']).filter((path) => path.endsWith('.test.mjs')),
  );
});

test('names are unique, and what suites need is known to setup', () => {
  const names = suites.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, needs } of suites)
    assert.deepEqual(
      needs.filter((need) => !(need in steps)),
      [],
      name,
    );
});
