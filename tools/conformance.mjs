// `npm run conformance`: Autobahn's cases against the package, in both roles, on every runtime and in browsers.
//
// - `--full`: all 517 cases, which takes some minutes for each; otherwise those that `npm test` runs.
// - `--write`: keeps the verdicts on all of them in tests/conformance/results.jsonl, and writes docs/conformance.md anew.
// - `--judge NAME`: `wstest` or `kosoku`. By default wstest, where there is a Python 2.7 for it.
// - `--only NAME[,NAME]`: some of the runs, such as `node-class`, or `node-class:server`.

import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { locked } from './lib/lock.mjs';
import { python2 } from './lib/python.mjs';
import { outputOf } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** Where what is judged is made. */
const judged = ['Cargo.lock', 'Cargo.toml', 'js', 'src', 'tests/conformance/testees'];

await main(async () => {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      judge: { type: 'string', default: python2() ? 'wstest' : 'kosoku' },
      only: { type: 'string' },
    },
  });
  if (values.write && !values.full) {
    throw new Failure('the verdicts that are kept are those on all cases', 'npm run conformance -- --full --write');
  }
  const commit = await commitJudged();
  await setup(['python', values.judge === 'wstest' ? 'wstest' : 'kosoku', 'runtimes', 'firefox', 'chromium']);
  await build();

  // These use the package.
  const { judges } = await import('../tests/conformance/judges.mjs');
  const { runs } = await import('../tests/conformance/run.mjs');
  const { judgedFairly } = await import('../tests/conformance/again.mjs');
  const { selections } = await import('../tests/conformance/selection.mjs');
  const { faultsOf } = await import('../tests/conformance/gate.mjs');
  const { keep } = await import('../tests/conformance/results.mjs');
  const { writeDocument } = await import('../tests/conformance/document.mjs');

  const judge = judges[values.judge];
  if (!judge) throw new Failure(`there is no judge \`${values.judge}\``, `name one of: ${Object.keys(judges)}`);
  const wanted = values.only?.split(',');
  const chosen = runs.filter(({ name, testee }) => !wanted || wanted.includes(name) || wanted.includes(testee));
  if (chosen.length === 0) throw new Failure('nothing to run', `name some of: ${runs.map(({ name }) => name)}`);
  const selection = values.full ? selections.full : selections.quick;

  const failing = [];
  for (const { name, testee, role, version } of chosen) {
    console.log(`\n── ${name}, judged by ${judge.title}: ${selection.count} cases`);
    const start = Date.now();
    const date = new Date(start).toISOString().slice(0, 10);
    const results = await judgedFairly({ judge, testee, role, selection, progress: progress() });
    for (const [id, { behavior, behaviorClose }] of Object.entries(results.verdicts)) {
      console.log(`${id.padEnd(8)} ${behavior}${behavior === behaviorClose ? '' : `, closing: ${behaviorClose}`}`);
    }
    for (const [id, { behavior, behaviorClose }] of Object.entries(results.again)) {
      console.log(`${id} was run again: at first it was ${behavior}, closing ${behaviorClose}`);
    }
    const faults = faultsOf(results, `sansocket-${testee}`, selection);
    for (const fault of faults) console.log(`✗ ${fault}`);
    const took = duration((Date.now() - start) / 1000);
    console.log(`${faults.length > 0 ? '✗' : '✓'} ${name}: ${faults.length} faults, ${took}`);
    if (faults.length > 0) failing.push(name);
    if (!values.write) continue;
    const run = { name, judge: judge.title, runtime: await outputOf(...version), commit, date, ...results };
    // Several may run side by side, each with a part of it all.
    await locked(async () => {
      keep(run);
      writeDocument();
    });
  }
  if (failing.length > 0) throw new Failure(`not all is as it should be: ${failing.join(', ')}`);
});

/** What is judged, by its commit: undefined where there is no repository. */
async function commitJudged() {
  const commit = await outputOf('git', ['rev-parse', '--short', 'HEAD']);
  const changes = await outputOf('git', ['status', '--porcelain', '--', ...judged]);
  return changes ? `${commit} + changes` : commit;
}

/** Tells how far a run is, now and then. */
function progress() {
  let told = Date.now();
  return (done, count) => {
    if (Date.now() - told < 15_000) return;
    told = Date.now();
    console.log(`  ${done} of ${count}`);
  };
}
