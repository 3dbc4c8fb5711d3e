// The web-platform-tests for WebSocket, in our own words: see README.md.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expectations, expectedFailure, fault, inventory, judge, read } from './books.mjs';
import { run, runAll, tests } from './run.mjs';
import { inWorker } from './threads.mjs';

const platform = `Node ${process.versions.node.split('.')[0]}`;

setFlagsFromString('--expose-gc');
const abilities = { gc: runInNewContext('gc'), inWorker };

for (const [file, subtests] of tests) {
  describe(file, () => {
    for (const [name, subtest] of subtests) {
      test(name || file, async (t) => {
        const result = await run(subtest, abilities);
        const reason = expectedFailure(platform, file, name);
        assert.equal(fault(result, reason), undefined);
        if (result.status === 'skip') t.skip(result.message);
        if (reason !== undefined) t.diagnostic(`fails as expected: ${reason}`);
      });
    }
  });
}

test('over extended CONNECT, on web streams', async (t) =>
  judge(t, platform, await runAll({ ...abilities, extended: true })));

describe('the books', () => {
  const paths = (wanted) => Object.entries(inventory.files).flatMap(([path, status]) => (wanted(status) ? path : []));

  test('every file is run, or out of scope for a reason that is given', () => {
    assert.deepEqual([...tests.keys()].sort(), paths((status) => status === 'run').sort());
    const used = new Set(Object.values(inventory.files));
    assert.deepEqual([...used].sort(), ['run', ...Object.keys(inventory.outOfScope)].sort());
  });

  test('the table in the README is right', () => {
    const count = (status) => paths((one) => one === status).length;
    const rows = [`| run | ${count('run')} | |`];
    for (const [status, why] of Object.entries(inventory.outOfScope))
      rows.push(`| ${status} | ${count(status)} | ${why} |`);
    rows.push(`| all | ${paths(() => true).length} | |`);
    assert.ok(read('README.md').includes(rows.join('\n')), rows.join('\n'));
  });

  test('every expected failure is one of a subtest', () => {
    for (const [file, entry] of Object.values(expectations).flatMap(Object.entries)) {
      const names = typeof entry === 'string' ? [''] : Object.keys(entry);
      for (const name of names) assert.ok(tests.get(file)?.has(name), `${file}: ${name}`);
    }
  });

  test('an expected failure that passes is a fault, as is an unexpected one', () => {
    assert.match(fault({ status: 'pass', message: '' }, 'why'), /passes/);
    assert.equal(fault({ status: 'fail', message: 'wrong' }, undefined), 'wrong');
    assert.equal(fault({ status: 'fail', message: 'wrong' }, 'why'), undefined);
    assert.equal(fault({ status: 'pass', message: '' }, undefined), undefined);
  });
});
