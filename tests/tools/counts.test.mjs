import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cargo, exitCode, nodeTest } from '../../tools/lib/counts.mjs';

test('cargo test: one line for each program, added up', () => {
  const output = [
    'test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s',
    'test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s',
  ].join('\n');
  assert.deepEqual(cargo(output), { passed: 15, failed: 2, skipped: 1 });
});

test('node --test: failed and cancelled tests both count', () => {
  const output = ['ℹ tests 9', 'ℹ pass 5', 'ℹ fail 3', 'ℹ cancelled 1', 'ℹ skipped 2', 'ℹ todo 1'].join('\n');
  assert.deepEqual(nodeTest(output), { passed: 5, failed: 4, skipped: 3 });
});

test('what only looks like a summary does not count', () => {
  const output = '  test result: ok. 5 passed; 0 failed\nprinted: ℹ pass 3';
  assert.deepEqual(cargo(output), { passed: 0, failed: 0, skipped: 0 });
  assert.deepEqual(nodeTest(output), { passed: 0, failed: 0, skipped: 0 });
});

test('a program that is one test', () => {
  assert.deepEqual(exitCode('', 0), { passed: 1, failed: 0, skipped: 0 });
  assert.deepEqual(exitCode('', 3), { passed: 0, failed: 1, skipped: 0 });
});
