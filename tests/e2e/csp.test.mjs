// Pages with a Content Security Policy: WebAssembly is asked for by name, and nothing else is tried instead.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inEachBrowser } from './browsers.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sansocket-csp-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const policies = {
  'without.html': "default-src 'none'; script-src 'self'; connect-src 'self'",
  'with.html': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
};
for (const [name, policy] of Object.entries(policies)) {
  writeFileSync(
    join(folder, name),
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><link rel="icon" href="data:,"><script type="module" src="page.js"></script>`,
  );
}
writeFileSync(
  join(folder, 'page.js'),
  `const blocked = [];
addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => blocked.push(effectiveDirective + ' ' + blockedURI));
const package_ = await import('/pkg/index.js');
const slim = await import('/pkg/slim.js');
const outcome = async (action) => {
  try {
    return await action();
  } catch ({ name, code, message }) {
    return { name, code, message };
  }
};
const echo = ({ Connection }) => {
  const connection = new Connection({ role: 'client' });
  connection.receiveData(Uint8Array.of(0x81, 5, 72, 101, 108, 108, 111));
  return [...connection.events()][0].data;
};
globalThis.results = {
  slim: await outcome(async () => {
    await slim.init(fetch('/pkg/codec.wasm'));
    return echo(slim);
  }),
  sync: await outcome(() => echo(package_)),
  init: await outcome(async () => {
    await package_.init();
    return echo(package_);
  }),
  blocked,
};
`,
);

inEachBrowser(folder, ({ open }) => {
  const resultsOf = async (path) => {
    const { page } = await open(path);
    await page.waitForFunction(() => globalThis.results);
    const results = await page.evaluate(() => globalThis.results);
    await page.close();
    return results;
  };

  test("W13: script-src 'self' alone gives csp_blocked, and no fallback", async () => {
    const { blocked, ...outcomes } = await resultsOf('/without.html');
    for (const [way, outcome] of Object.entries(outcomes)) {
      assert.equal(outcome.name, 'UsageError', `${way}: ${JSON.stringify(outcome)}`);
      assert.equal(outcome.code, 'csp_blocked');
      assert.match(outcome.message, /'wasm-unsafe-eval'/);
    }
    assert.ok(blocked.length > 0);
    for (const violation of blocked) assert.equal(violation, 'script-src wasm-eval');
  });

  test("with 'wasm-unsafe-eval' it works", async () => {
    assert.deepEqual(await resultsOf('/with.html'), { slim: 'Hello', sync: 'Hello', init: 'Hello', blocked: [] });
  });
});
