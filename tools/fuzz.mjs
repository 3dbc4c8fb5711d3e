// `npm run fuzz`: tries the crate with inputs that are made up as they go.
// `npm run fuzz -- [TARGET ...] [--seconds N] [--workers N] [--sanitizer NAME] [--record | --keep]`
//
// - `TARGET`: those of fuzz/fuzz_targets; all by default.
// - `--seconds N`: for each of them. Default 60.
// - `--workers N`: how many at once. Default 1.
// - `--sanitizer NAME`: `address` by default; with `none` a second is worth six to thirteen times as many inputs, and what is not looked for
//   is what code without `unsafe` cannot do.
// - `--record`: adds the processor time and the number of runs to fuzz/record.json, and writes docs/fuzzing.md. Then the targets
//   take turns of five minutes, so that a run may be ended at any time and counts for as long as it took.
//
// - `--keep`: tries nothing new, and makes of all inputs there are what fuzz/corpus keeps: as few as reach every edge that they all reach.
//
// New inputs are in target/fuzz/corpus; fuzz/corpus is a part of the repository. What fails is in target/fuzz/artifacts; give its path to the
// program of the target, as the output says, to see it fail again.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, main, report } from './lib/failure.mjs';
import { fuzzTargets, record, writeFuzzingDocument } from './lib/fuzz-record.mjs';
import { fuzz, fuzzDir, keep } from './lib/fuzz-run.mjs';
import { root } from './lib/paths.mjs';
import { must, outputOf } from './lib/run.mjs';
import { setup } from './setup.mjs';

const TURN = 300;

await main(async () => {
  process.chdir(root);
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '60' },
      workers: { type: 'string', default: '1' },
      sanitizer: { type: 'string', default: 'address' },
      record: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const seconds = Number(values.seconds);
  if (!(seconds >= 1)) throw new Failure(`no number of seconds: ${values.seconds}`, 'npm run fuzz -- --seconds 60');
  const workers = Number(values.workers);
  if (!(workers >= 1)) throw new Failure(`no number of workers: ${values.workers}`, 'npm run fuzz -- --workers 2');
  const { sanitizer } = values;
  if (!['address', 'none'].includes(sanitizer)) {
    throw new Failure(`there is no sanitizer \`${sanitizer}\` here`, 'npm run fuzz -- --sanitizer none');
  }
  const targets = positionals.length > 0 ? positionals : fuzzTargets();
  for (const target of targets) {
    if (!fuzzTargets().includes(target))
      throw new Failure(`there is no target \`${target}\``, `name some of: ${fuzzTargets().join(', ')}`);
  }

  await setup(['nightly', 'cargo-fuzz', 'c++']);
  const buildDir = join(fuzzDir, 'build', sanitizer);
  await must('cargo', ['+nightly', 'fuzz', 'build', '--sanitizer', sanitizer, '--target-dir', buildDir]);
  const host = /^host: (.*)$/m.exec(await outputOf('rustc', ['-vV']))?.[1];
  const programOf = (target) => join(buildDir, host, 'release', target);
  if (values.keep) {
    for (const target of targets) await keep(target, programOf(target));
    return;
  }

  const turn = values.record ? Math.min(TURN, seconds) : seconds;
  const turns = [];
  for (let spent = 0; spent < seconds; spent += turn) {
    for (const target of targets) turns.push({ target, length: Math.min(turn, seconds - spent) });
  }
  const failed = [];
  const work = async () => {
    for (let next = turns.shift(); next !== undefined; next = turns.shift()) {
      const { target } = next;
      try {
        const result = await fuzz(target, programOf(target), next.length);
        if (!values.record) continue;
        record(target, result);
        writeFuzzingDocument();
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        // The others go on: what has been found may be mended meanwhile.
        failed.push(target);
        turns.splice(0, Infinity, ...turns.filter((turn) => turn.target !== target));
        report(error);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (failed.length > 0) throw new Failure(`not all ended well: ${failed.join(', ')}`, 'see above');
});
