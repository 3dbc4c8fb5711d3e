// `npm test`: brings what is missing, builds, and runs every suite. `npm test -- --only NAME[,NAME]` runs some of them.
//
// What compiles and what runs in Node go side by side, each one suite after the other: most suites keep a single core busy. Then
// the output of a suite is shown in one piece, when it has ended.

import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { tail } from './lib/rust.mjs';
import { suites } from './lib/suites.mjs';
import { setup } from './setup.mjs';

/** Minutes for one command of a suite: none takes a third of it, and one that hangs must not hide the others. */
const LONGEST = 15;

await main(async () => {
  process.chdir(root);
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const chosen = values.only ? values.only.split(',').flatMap(named) : suites;

  await setup([...new Set(chosen.flatMap(({ needs }) => needs))]);
  if (chosen.some(({ build }) => build)) await build();

  const lanes = [chosen.filter(compiles), chosen.filter((suite) => !compiles(suite))].filter(
    ({ length }) => length > 0,
  );
  const results = (await Promise.all(lanes.map((lane) => runInOrder(lane, lanes.length > 1)))).flat();

  // Once more, where it is not between the output of a thousand tests that passed.
  for (const { title, output } of results.flatMap(({ failures }) => failures)) {
    heading(`failed: ${title}`);
    console.log(tail(output, 60));
  }

  heading('summary');
  for (const { name, passed, failed, skipped, seconds } of results) {
    const counts = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
    console.log(`${failed ? '✗' : '✓'} ${name.padEnd(18)} ${counts.padEnd(36)} ${duration(seconds)}`);
  }
  const total = (key) => results.reduce((sum, result) => sum + result[key], 0);
  console.log(`\n${total('passed')} passed, ${total('failed')} failed`);
  if (total('failed') > 0) process.exitCode = 1;
});

/** Whether a suite is the compiler's work, which it has to wait for others to do. */
function compiles({ name }) {
  return /^(rust|wasm):/.test(name);
}

/** Runs one suite after the other. `apart`: others run at the same time. */
async function runInOrder(suites, apart) {
  const results = [];
  for (const suite of suites) {
    const lines = [];
    if (apart) console.log(`… ${suite.name}`);
    results.push(await runSuite(suite, apart ? (line) => lines.push(line) : console.log));
    if (lines.length > 0) console.log(lines.join('\n'));
  }
  return results;
}

/** The suites of a name, or of a group. */
function named(word) {
  const found = suites.filter(({ name }) => name === word || name.startsWith(`${word}:`));
  if (found.length > 0) return found;
  throw new Failure(`there is no suite \`${word}\``, `name some of: ${suites.map(({ name }) => name).join(', ')}`);
}

async function runSuite({ name, env, commands, counts }, print) {
  const start = performance.now();
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const [command, ...args] of commands()) {
    const title = `${name}: ${[command, ...args].join(' ')}`;
    heading(title, print);
    const options = { env, onLine: print, minutes: LONGEST };
    const { code, output } = await run(command, args, options);
    const counted = counts(output, code);
    for (const key of Object.keys(sum)) sum[key] += counted[key];
    // A program that did not come to its tests printed no count.
    if (code !== 0 && counted.failed === 0) sum.failed += 1;
    if (code !== 0 || counted.failed > 0) failures.push({ title, output });
    if (code !== 0) print(`✗ ${name}: exit code ${code}`);
  }
  if (sum.passed + sum.failed === 0) {
    print(`✗ ${name}: no test was run`);
    sum.failed = 1;
  }
  return { name, ...sum, failures, seconds: (performance.now() - start) / 1000 };
}

function heading(text, print = console.log) {
  print(`\n── ${text.length > 110 ? `${text.slice(0, 109)}…` : text} ${'─'.repeat(Math.max(0, 110 - text.length))}`);
}
