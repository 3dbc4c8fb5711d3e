import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fateOf, outcomesIn } from '../../tools/lib/mutants-outcomes.mjs';
import { least, marked, share, summary, written } from '../../tools/lib/mutants-record.mjs';
import { argumentsFor, limits, programsFor } from '../../tools/lib/mutants-tree.mjs';

test('the mutants of every file were tried, and nine of ten were caught', () => {
  const { total, missing } = summary();
  // Those of a file that has changed since were tried too: docs/mutants.md tells which.
  assert.deepEqual(missing, [], 'run `npm run mutants`');
  assert.ok(share(total) >= least, `${share(total)} %`);
});

test('every mutant that survived has its reason, and every reason a mutant', () => {
  const { unexplained, unused } = summary();
  assert.deepEqual(
    unexplained.map(({ key }) => key),
    [],
  );
  assert.deepEqual(unused, []);
});

/** What cargo says of a program that was ended by a signal. */
const ended = (signal) => `process didn't exit successfully: \`sh limited.sh tests\` (signal: ${signal})\n`;

test('a mutant that was stopped never ended; any other that is caught has failed a test', () => {
  const failed = "test SIGKILL: kill ... FAILED\nprocess didn't exit successfully: `tests` (exit status: 101)\n";
  const fates = [
    ['CaughtMutant', failed, 'a test failed'],
    ['CaughtMutant', ended('6, SIGABRT: process abort signal'), 'a test failed'],
    ['CaughtMutant', ended('24, SIGXCPU: CPU time limit exceeded'), 'never ended'],
    ['CaughtMutant', ended('9, SIGKILL: kill'), 'never ended'],
    ['Timeout', '', 'never ended'],
    ['MissedMutant', '', 'survived'],
    ['Unviable', '', 'unviable'],
  ];
  for (const [summary, log, fate] of fates) assert.equal(fateOf(summary, log), fate, log);
  assert.throws(() => fateOf('Success', ''), /not known here: Success/);
});

test('what takes too much of the processor is stopped by the signal that says so', () => {
  const { signal } = spawnSync('sh', [
    '-c',
    `${limits({ seconds: 1 })}exec "$@"`,
    'sh',
    'sh',
    '-c',
    'while :; do :; done',
  ]);
  assert.equal(signal, 'SIGXCPU');
});

test('what cargo-mutants leaves behind is counted, and survivors have the text of their line', (t) => {
  const tree = mkdtempSync(join(tmpdir(), 'sansocket-mutants-'));
  t.after(() => rmSync(tree, { recursive: true, force: true }));
  const folder = join(tree, 'mutants.out');
  mkdirSync(join(folder, 'log'), { recursive: true });
  const nothing = { caught: 0, neverEnded: 0, unviable: 0, survived: [] };
  assert.deepEqual(outcomesIn(folder), nothing, 'a file without mutants');

  writeFileSync(join(tree, 'a.rs'), 'fn a() {\n    b < c\n}\n');
  const Mutant = { name: 'a.rs:2:7: replace < with > in a', file: 'a.rs', span: { start: { line: 2, column: 7 } } };
  const outcomes = [
    ['CaughtMutant', ''],
    ['CaughtMutant', ended('24, SIGXCPU: CPU time limit exceeded')],
    ['MissedMutant', ''],
    ['Unviable', ''],
  ].map(([summary, log], index) => {
    writeFileSync(join(folder, 'log', `${index}`), log);
    return { scenario: { Mutant }, summary, log_path: `log/${index}` };
  });
  writeFileSync(join(folder, 'outcomes.json'), JSON.stringify({ outcomes }));
  const survived = [{ name: Mutant.name, line: 'b < c' }];
  assert.deepEqual(outcomesIn(folder), { caught: 2, neverEnded: 1, unviable: 1, survived });
});

test('a file that has changed since is marked, and keeps its figures', () => {
  const [one, other] = summary().rows;
  const text = written('<!-- npm run mutants -->\n<!-- end -->', [other.name]);
  assert.deepEqual(marked(text), [other.name]);
  for (const { name, caught } of [one, other]) assert.match(text, new RegExp(`\\| \`${name}\`.* \\| ${caught} \\|`));
});

test('tests are tried on the files that they are about', () => {
  assert.ok(argumentsFor('src/deflate/bits.rs').includes('utf8::tests'));
  assert.ok(!argumentsFor('src/deflate/bits.rs', 'src/utf8.rs').includes('utf8::tests'));
  assert.ok(programsFor('src/deflate/bits.rs').includes('deflate_oracle'));
  assert.ok(!programsFor('src/deflate/bits.rs').includes('memory'));
  assert.deepEqual(
    programsFor('src/deflate/negotiate.rs').filter((name) => name.startsWith('deflate')),
    ['deflate_negotiate'],
  );
  assert.ok(programsFor('src/frame.rs').includes('deflate_connection'));
  assert.ok(!programsFor('src/frame.rs').includes('deflate_oracle'));
  assert.ok(programsFor('src/handshake/head.rs', 'src/frame.rs').includes('memory'));
  assert.ok(programsFor('src/utf16.rs').includes('errors'));
});
