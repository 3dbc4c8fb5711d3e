// The programs of the other runtimes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { runtime } from '../../tools/lib/steps.mjs';

for (const [name, args] of [
  ['deno', ['eval', 'console.log(Deno.pid)']],
  ['bun', ['--eval', 'console.log(process.pid)']],
]) {
  test(`${name} is what is started, and not a child of it: whoever stops it stops all of it`, () => {
    const { pid, stdout } = spawnSync(runtime(name), args, { encoding: 'utf8' });
    assert.equal(Number(stdout), pid);
  });
}
