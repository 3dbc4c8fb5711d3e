// What there is to run, and what may fail.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { WHOLE } from './run.mjs';

export const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

export const inventory = JSON.parse(read('inventory.json'));
export const expectations = JSON.parse(read('expectation.json'));

/** Why a subtest is expected to fail on a platform, if it is. */
export function expectedFailure(platform, file, subtest) {
  const reasonIn = (entry) => (typeof entry === 'object' ? entry[subtest] : subtest === WHOLE ? entry : undefined);
  return reasonIn(expectations[platform]?.[file]) ?? reasonIn(expectations.everywhere[file]);
}

/** What is wrong with a result where a failure is expected for a reason, or none is; `undefined` if nothing is. */
export function fault({ status, message }, reason) {
  if (status === 'skip') return undefined;
  if (reason === undefined) return status === 'pass' ? undefined : message;
  return status === 'fail' ? undefined : `passes, where expectation.json has a failure: ${reason}`;
}

/** Checks all results of a platform, and tells how many there were. */
export function judge(t, platform, results) {
  const faults = results.flatMap(({ file, subtest, ...result }) => {
    const wrong = fault(result, expectedFailure(platform, file, subtest));
    return wrong === undefined ? [] : `${file} ${subtest}: ${wrong}`;
  });
  assert.deepEqual(faults, []);
  const count = (wanted) => results.filter(({ status }) => status === wanted).length;
  t.diagnostic(`${platform}: ${count('pass')} pass, ${count('fail')} fail as expected, ${count('skip')} skipped`);
}
