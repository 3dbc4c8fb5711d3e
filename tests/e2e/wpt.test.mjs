// The web-platform-tests of tests/wpt in browsers: the classes are of the package, the rest of the platform is theirs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { at } from '../../tools/lib/paths.mjs';
import { judge } from '../wpt/books.mjs';
import { inEachBrowser } from './browsers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sansocket-wpt-'));
after(() => rmSync(folder, { recursive: true, force: true }));

before(async () => {
  const script = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
  writeFileSync(join(folder, 'index.html'), script);
  const entryPoints = ['page.mjs', 'page-worker.mjs'].map((name) => at('tests', 'wpt', name));
  await build({ entryPoints, bundle: true, format: 'esm', outdir: folder, absWorkingDir: at(), logLevel: 'error' });
});

const PLATFORMS = { chromium: 'Chromium', firefox: 'Firefox' };

inEachBrowser(folder, ({ name, open }) => {
  test('web-platform-tests', async (t) => {
    const { page } = await open('/');
    await page.waitForFunction(() => 'results' in window);
    judge(t, PLATFORMS[name], await page.evaluate(() => window.results));
  });
});
