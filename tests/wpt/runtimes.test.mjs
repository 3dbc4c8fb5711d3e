// The same in other runtimes.

import { test } from 'node:test';
import { run } from '../adapters/runtimes.mjs';
import { judge } from './books.mjs';

const PROGRAM = 'tests/wpt/program.mjs';

for (const [platform, args] of Object.entries({
  Bun: ['bun', [PROGRAM]],
  Deno: ['deno', ['run', '--allow-read', '--no-lock', '--v8-flags=--expose-gc', PROGRAM]],
})) {
  test(platform, async (t) => judge(t, platform, await run(...args)));
}
