// Runs every JavaScript snippet of the README and of docs/, and compares what it prints with its comments.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Libraries of others are where the tests of them are, and this package beside them. */
const others = /from 'partysocket'/;

/** Servers of the snippets take a free port on the loopback address, and do not keep the process alive. */
const preload = `data:text/javascript,${encodeURIComponent(`
  import { Server } from 'node:net';
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...args) {
    return listen.call(this, 0, '127.0.0.1', ...args.filter((arg) => typeof arg === 'function')).unref();
  };
`)}`;

const root = new URL('../../', import.meta.url);
const documents = [
  'README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

for (const document of documents) {
  const text = readFileSync(new URL(document, root), 'utf8');
  for (const [block, code] of text.matchAll(/^```js\n(.*?)^```$/gms)) {
    const line = text.slice(0, text.indexOf(block)).split('\n').length;
    test(`${document}:${line}`, async () => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', preload, '--input-type=module', '--eval', code],
        {
          cwd: fileURLToPath(others.test(code) ? new URL('tests/consumers/', root) : root),
          timeout: 30_000,
        },
      );
      const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
      assert.deepEqual(stdout.split('\n').filter(Boolean), expected);
    });
  }
}
