// What the ecosystem's own checks say about the package.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { publint } from 'publint';
import { pack, root, run } from './project.mjs';

test('publint', async () => {
  const { messages } = await publint({ pkgDir: root, strict: true });
  assert.deepEqual(
    messages.filter(({ type }) => type !== 'suggestion'),
    [],
  );
});

test('are the types wrong?', async () => {
  const { tarball } = await pack();
  // .attw.json leaves out TypeScript before 4.7, which knows no exports map, and the module, which has no types.
  await run(join(root, 'node_modules/.bin/attw'), [tarball, '--no-color'], root);
});
