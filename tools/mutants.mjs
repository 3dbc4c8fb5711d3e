// `npm run mutants`: changes the crate in one place at a time, and looks whether a test fails. `npm run mutants -- [FILE ...]`
//
// - `FILE`: those of src/. By default all that have not been tried since they were changed last.
// - `--survivors`: tries only those mutants once more that survived, after tests were added.
// - `--workers N`: how many at once. By default one for each processor.
//
// Each file counts as soon as it is done, so it may be ended at any time. Writes tests/mutants/record.json and docs/mutants.md, and
// fails below 90 % or if a survivor has no reason in tests/mutants/reasons.json.

import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { outcomesIn } from './lib/mutants-outcomes.mjs';
import { digest, keep, least, resultOf, share, sources, summary, writeDocument } from './lib/mutants-record.mjs';
import { argumentsFor, environment, writeTree } from './lib/mutants-tree.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { setup } from './setup.mjs';

/** Code that is only there on wasm. */
const notCompiled = ['--exclude-re', 'WebRandom'];

await main(async () => {
  process.chdir(root);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      survivors: { type: 'boolean', default: false },
      workers: { type: 'string', default: `${availableParallelism()}` },
    },
  });
  const files = chosen(positionals, values.survivors);
  await setup(['cargo-mutants']);

  const workers = Array.from({ length: Math.min(Number(values.workers), files.length) }, (_, index) => `${index + 1}`);
  if (workers.length === 0 && files.length > 0) throw new Failure(`no number of workers: ${values.workers}`);
  await Promise.all(workers.map((name) => work(name, files, values.survivors)));

  writeDocument();
  const { total, unexplained, missing, stale } = summary();
  console.log(`\n${total.name}: ${share(total).toFixed(1)} % of the mutants were caught, ${total.survived} survived`);
  if (missing.length > 0) console.log(`not tried: ${missing.join(', ')}`);
  if (stale.length > 0) console.log(`changed since: ${stale.join(', ')}`);
  if (share(total) < least) throw new Failure(`fewer than ${least} % of the mutants were caught`);
  if (unexplained.length > 0)
    throw new Failure(
      `no reason is given for ${unexplained.length} survivors:\n${unexplained.map(({ key }) => key).join('\n')}`,
      'add a test that catches it, or its line to tests/mutants/reasons.json',
    );
});

function chosen(named, survivors) {
  const unknown = named.find((file) => !sources().includes(file));
  if (unknown) throw new Failure(`\`${unknown}\` is none of the files that are mutated`, `name some of: ${sources()}`);
  const files = named.length > 0 ? [...named] : sources();
  const current = (file) => resultOf(file)?.stale === false;
  if (survivors) return files.filter((file) => current(file) && resultOf(file).survived.length > 0);
  return named.length > 0 ? files : files.filter((file) => !current(file));
}

/** Takes file after file off the list, in a tree of its own. */
async function work(name, files, survivors) {
  const digests = new Map(files.map((file) => [file, digest(file)]));
  const tree = writeTree(name, files);
  await test(tree, files);
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    const start = Date.now();
    writeTree(name, [file]);
    const before = survivors ? resultOf(file) : { caught: 0, neverEnded: 0, unviable: 0, survived: [] };
    const names = before.survived.map(({ name }) => name);
    const found = await mutate(tree, file, names);
    const sum = (kind) => (before[kind] === undefined ? undefined : before[kind] + found[kind]);
    const result = {
      source: digests.get(file),
      caught: sum('caught'),
      neverEnded: sum('neverEnded'),
      unviable: sum('unviable'),
      survived: found.survived,
    };
    keep(file, result);
    writeDocument();
    console.log(
      `✓ ${file}: ${result.caught} caught, ${result.survived.length} survived, ${duration((Date.now() - start) / 1000)}`,
    );
  }
}

/** Without a mutant all tests have to pass. */
async function test(tree, files) {
  const args = ['test', '--all-features', '--', ...argumentsFor(...files)];
  const { code, output } = await run('cargo', args, { cwd: tree, env: environment(tree), onLine() {} });
  if (code !== 0) throw new Failure(`the tests fail as they are:\n${output.split('\n').slice(-30).join('\n')}`);
}

/** Tries the mutants of a file, or those named only. */
async function mutate(tree, file, names) {
  const only = names.flatMap((name) => ['--re', `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`]);
  const args = ['mutants', '--in-place', '--all-features', '--file', file, ...only, ...notCompiled];
  // Its own limit counts time that passes, and is there for what waits for ever only: see limited.sh.
  const rest = ['--baseline', 'skip', '--timeout', '3600', '--colors', 'never', '--', '--'];
  const folder = join(tree, 'mutants.out');
  rmSync(folder, { recursive: true, force: true });
  const { code, output } = await run('cargo', [...args, ...rest, ...argumentsFor(file)], {
    cwd: tree,
    env: environment(tree),
    onLine: (line) => console.log(`  ${line}`),
  });
  // 0: all were caught, 2: some were not, 3: some took too long.
  if (![0, 2, 3].includes(code)) throw new Failure(`cargo-mutants failed for ${file}:\n${output}`);
  return outcomesIn(folder);
}
