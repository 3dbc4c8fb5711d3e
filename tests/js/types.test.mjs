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

/** What the compiler says of the files. */
function compile(files, ...flags) {
  const tsc = path('../../node_modules/typescript/bin/tsc');
  const args = [...strictest, ...flags].flatMap((flag) => flag.split(' '));
  const { stdout, status } = spawnSync(process.execPath, [tsc, ...args, '--ignoreConfig', ...files], {
    cwd: path('types'),
    encoding: 'utf8',
  });
  return { stdout, status };
}

const clean = { stdout: '', status: 0 };

test('in a browser, with `using`', () => {
  const libraries = 'es2022,dom,dom.iterable,esnext.disposable';
  const bundler = '--module esnext --moduleResolution bundler --target es2022 --types null';
  assert.deepEqual(
    compile(['api.ts', 'inspect.ts', 'websocket.ts', 'disposable.ts'], bundler, `--lib ${libraries}`),
    clean,
  );
});

test('in Node', () => {
  assert.deepEqual(
    compile(['api.ts', 'inspect.ts', 'websocket.ts'], '--module nodenext --target es2022 --types node --lib es2022'),
    clean,
  );
});
