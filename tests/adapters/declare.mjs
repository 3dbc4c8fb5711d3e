// The checks as tests of Node's runner.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

/** One test for each check. `open` resolves to `{ near, far, release }`; `far` is absent where the peer is an echo. */
export function declare(name, checks, open, traits = {}) {
  describe(name, () => {
    for (const [title, check] of Object.entries(checks)) {
      test(title, { timeout: 30_000 }, async () => {
        const { release, ...ends } = await open();
        try {
          await check({ ...ends, traits });
        } finally {
          await release?.();
        }
      });
    }
  });
}

/** One test for each check that another runtime has run: `[name, error or null]`. */
export function report(list, checks) {
  assert.deepEqual(
    list.map(([name]) => name),
    Object.keys(checks),
  );
  assert.deepEqual(
    list.filter(([, error]) => error),
    [],
  );
}
