// The package as it is published, on every runtime. With MATRIX_TABLE in the environment the table goes into docs/runtimes.md.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { at } from '../../tools/lib/paths.mjs';
import { project, runtimes } from './runtimes.mjs';

let folder;
before(async () => {
  folder = await project();
});

const seen = {};
for (const [name, run] of Object.entries(runtimes)) {
  test(name, async () => {
    const { version, results } = await run(folder);
    seen[name] = { version, results };
    const failing = Object.entries(results).filter(([, result]) => result !== 'ok');
    assert.deepEqual(failing, []);
    assert.ok(Object.keys(results).length >= 12, 'all checks were run');
  });
}

const [BEGIN, END] = ['<!-- npm run matrix -->\n', '<!-- end -->'];
after(() => {
  if (!process.env.MATRIX_TABLE) return;
  const names = Object.keys(runtimes).filter((name) => seen[name]);
  const checks = Object.keys(seen[names[0]].results);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const mark = (result) => ({ ok: '✓', undefined: '' })[result] ?? '✗';
  const table = [
    line(['', ...names]),
    `|---${'|---'.repeat(names.length)}|\n`,
    line(['version', ...names.map((name) => seen[name].version)]),
    ...checks.map((check) => line([check, ...names.map((name) => mark(seen[name].results[check]))])),
  ].join('');
  const path = at('docs', 'runtimes.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  writeFileSync(path, text.slice(0, start) + table + text.slice(end));
});
