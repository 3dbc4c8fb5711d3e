// The quick part of Autobahn's suite, on Node, in both roles. `npm run conformance` has the rest, and the other runtimes.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { faultsOf } from './gate.mjs';
import { judges } from './judges.mjs';
import { judged } from './run.mjs';
import { selections } from './selection.mjs';

// Most of the time they wait, for a peer that is not to answer.
describe('Autobahn', { concurrency: 2 }, () => {
  for (const testee of ['node-bare', 'node-class']) {
    for (const role of ['client', 'server']) {
      test(`${testee} as a ${role}`, async () => {
        const selection = selections.quick;
        const results = await judged({ judge: judges.kosoku, testee, role, selection });
        assert.deepEqual(faultsOf(results, `sansocket-${testee}`, selection), []);
      });
    }
  }
});

describe('the gate', () => {
  const selection = { count: 2 };
  const ok = { behavior: 'OK', behaviorClose: 'OK' };
  const informational = { behavior: 'INFORMATIONAL', behaviorClose: 'INFORMATIONAL' };
  const faults = (verdicts, agents = ['me']) => faultsOf({ agents, verdicts }, 'me', selection);

  test('passes what is right, and what cannot be decided', () => {
    assert.deepEqual(faults({ '1.1.1': ok, '7.1.6': informational }), []);
  });

  test('names what is wrong', () => {
    for (const behavior of ['FAILED', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED', 'ERROR']) {
      assert.match(faults({ '1.1.1': { ...ok, behavior }, 1.2: ok })[0], new RegExp(`^1.1.1: ${behavior}, OK`));
    }
    const late = { ...ok, behaviorClose: 'UNCLEAN', resultClose: 'it took too long' };
    assert.deepEqual(faults({ '1.1.1': late, 1.2: ok }), ['1.1.1: OK, UNCLEAN; it took too long']);
  });

  test('misses no case, and nobody else', () => {
    assert.deepEqual(faults({ '1.1.1': ok }), ['1 cases instead of 2']);
    assert.deepEqual(faults({}, []), ['0 cases instead of 2', 'agents  instead of me']);
    assert.deepEqual(faults({ '1.1.1': ok, 1.2: ok }, ['me', 'you']), ['agents me, you instead of me']);
  });
});
