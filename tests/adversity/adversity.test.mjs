// Short lives of connections in adversity, on every runtime and in both browsers; see life.mjs.
//
// `ADVERSITY_SEEDS=10000 ADVERSITY_FIRST=1001` try more, and others. In browsers, which are slower, a fourth of that.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { at } from '../../tools/lib/paths.mjs';
import { run } from '../adapters/runtimes.mjs';
import { inEachBrowser } from '../e2e/browsers.mjs';
import { liveMany } from './life.mjs';

const first = Number(process.env.ADVERSITY_FIRST ?? 1);
const count = Number(process.env.ADVERSITY_SEEDS ?? 1_000);
const limit = { timeout: 60_000 + 100 * count };

test(`Node: ${count} lives`, limit, () => liveMany(first, count));

for (const [name, args] of [
  ['deno', ['run', '--allow-read', '--allow-env', '--no-lock']],
  ['bun', []],
]) {
  test(`${name}: ${count} lives`, limit, async () => {
    const program = join(at('tests', 'adversity'), 'program.mjs');
    assert.equal(await run(name, [...args, program, `${first}`, `${count}`], limit), null);
  });
}

const here = at('tests', 'adversity');
const folder = mkdtempSync(join(tmpdir(), 'sansocket-adversity-'));
after(() => rmSync(folder, { recursive: true, force: true }));
await build({
  entryPoints: [join(here, 'page.mjs')],
  outdir: folder,
  bundle: true,
  format: 'esm',
  logLevel: 'silent',
});
copyFileSync(join(here, 'page.html'), join(folder, 'page.html'));

inEachBrowser(folder, ({ open }) => {
  const few = Math.ceil(count / 4);
  test(`${few} lives`, limit, async (t) => {
    const { page, faults } = await open('/page.html');
    t.after(() => page.close());
    await page.waitForFunction(() => globalThis.liveMany !== undefined);
    await page.evaluate(([from, many]) => globalThis.liveMany(from, many), [first, few]);
    assert.deepEqual(faults, []);
  });
});
