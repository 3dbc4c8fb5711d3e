// The declarations, compiled as a user's strictest program would: in a browser and in Node.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const strictest = [
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--noPropertyAccessFromIndexSignature',
  '--skipLibCheck false',
  '--noEmit',
];

/** What the compiler says of a file. */
function compile(file, ...flags) {
  const tsc = path('../../node_modules/typescript/bin/tsc');
  const args = [...strictest, ...flags].flatMap((flag) => flag.split(' '));
  const { stdout, status } = spawnSync(process.execPath, [tsc, ...args, '--ignoreConfig', path(`types/${file}`)], {
    cwd: path('types'),
    encoding: 'utf8',
  });
  return { stdout, status };
}

const clean = { stdout: '', status: 0 };
const bundler = '--module esnext --moduleResolution bundler --target es2022';
const node = '--module nodenext --target es2022 --types node';

test('in a browser', () => {
  assert.deepEqual(compile('api.ts', bundler, '--types null --lib es2022,dom,dom.iterable,esnext.disposable'), clean);
});

test('in Node', () => {
  assert.deepEqual(compile('api.ts', node, '--lib es2022'), clean);
});

test('with `using`', () => {
  assert.deepEqual(compile('disposable.ts', node, '--lib es2022,esnext.disposable'), clean);
});
