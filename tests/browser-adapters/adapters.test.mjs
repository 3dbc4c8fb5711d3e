// Transports of browsers, in Chromium and Firefox: data channels within a page and between two, ports, a worker, streams.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { build } from 'esbuild';
import { at } from '../../tools/lib/paths.mjs';
import { echoChecks } from '../adapters/checks.mjs';
import { report } from '../adapters/declare.mjs';
import { socketChecks } from '../adapters/sockets.mjs';
import { inEachBrowser } from '../e2e/browsers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sansocket-page-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const here = at('tests', 'browser-adapters');
await build({
  entryPoints: ['page.mjs', 'worker.mjs'].map((name) => join(here, name)),
  outdir: folder,
  bundle: true,
  format: 'esm',
  logLevel: 'silent',
});
copyFileSync(join(here, 'page.html'), join(folder, 'page.html'));

inEachBrowser(folder, ({ open }) => {
  const opened = async (t) => {
    const { page, faults } = await open('/page.html');
    t.after(() => page.close());
    await page.waitForFunction(() => globalThis.names !== undefined);
    assert.deepEqual(faults, []);
    return page;
  };
  const limit = { timeout: 180_000 };

  for (const name of [
    'messagePorts',
    'messagePortSockets',
    'worker',
    'workerSockets',
    'transforms',
    'transformSockets',
    'dataChannels',
    'dataChannelSockets',
    'dataChannelsThemselves',
  ]) {
    test(name, limit, async (t) => {
      const page = await opened(t);
      const list = await page.evaluate((which) => globalThis.checks[which](), name);
      assert.ok(list.length > 0);
      assert.deepEqual(
        list.filter(([, error]) => error),
        [],
      );
    });
  }

  for (const [what, suite, checks] of [
    ['echo', 'echoChecks', echoChecks],
    ['server', 'socketChecks', socketChecks],
  ]) {
    test(`a data channel between two pages: ${suite}`, limit, async (t) => {
      const [near, far] = [await opened(t), await opened(t)];
      await near.exposeFunction('loseOther', () => far.evaluate(() => globalThis.between.lose()));
      const list = [];
      for (const name of Object.keys(checks)) {
        const offer = await near.evaluate(() => globalThis.between.offer());
        const answer = await far.evaluate(([given, peer]) => globalThis.between.answer(given, peer), [offer, what]);
        list.push(...(await near.evaluate((args) => globalThis.between.run(...args), [answer, suite, name])));
      }
      report(list, checks);
    });
  }
});
