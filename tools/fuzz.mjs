// `npm run fuzz`: tries the crate with inputs that are made up as they go.
// `npm run fuzz -- [TARGET ...] [--seconds N] [--workers N] [--sanitizer NAME] [--record]`
//
// - `TARGET`: those of fuzz/fuzz_targets; all by default.
// - `--seconds N`: for each of them. Default 60.
// - `--workers N`: how many at once. Default 1.
// - `--sanitizer NAME`: `address` by default; with `none` a second is worth six to sixteen times as many inputs, and what is not looked for is
//   what code without `unsafe` cannot do.
// - `--record`: adds the processor time and the number of runs to fuzz/record.json, and writes docs/fuzzing.md. Then the targets
//   take turns of five minutes, so that a run may be ended at any time and counts for as long as it took.
//
// New inputs are kept in target/fuzz/corpus; a few small ones are in fuzz/corpus, which is a part of the repository. What fails is in
// target/fuzz/artifacts; give its path to the program of the target, as the output says, to see it fail again.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { fuzzTargets, record, writeFuzzingDocument } from './lib/fuzz-record.mjs';
import { writeSeeds } from './lib/fuzz-seeds.mjs';
import { at, root, targetDir } from './lib/paths.mjs';
import { must, outputOf, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

const fuzzDir = join(targetDir, 'fuzz');
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

  const turn = values.record ? Math.min(TURN, seconds) : seconds;
  const turns = [];
  for (let spent = 0; spent < seconds; spent += turn) {
    for (const target of targets) turns.push({ target, length: Math.min(turn, seconds - spent) });
  }
  const findings = [];
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
        findings.push(target);
        turns.splice(0, Infinity, ...turns.filter((turn) => turn.target !== target));
        console.error(`✗ ${error.message}\n  To see it again: ${error.remedy}`);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (findings.length > 0)
    throw new Failure(`something was found by: ${findings.join(', ')}`, 'see above; the others found nothing');
});

/** The folders of a target: `kept` is the one of the repository. */
function foldersOf(target) {
  const paths = { kept: at('fuzz', 'corpus', target) };
  for (const name of ['corpus', 'seeds', 'artifacts']) paths[name] = join(fuzzDir, name, target);
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  writeSeeds(target, paths.seeds);
  return paths;
}

/** One turn. A finding is a failure. */
async function fuzz(target, program, seconds) {
  const { kept, corpus, seeds, artifacts } = foldersOf(target);
  const options = [
    `-max_total_time=${seconds}`,
    '-max_len=4096',
    '-timeout=10',
    '-rss_limit_mb=2048',
    '-print_final_stats=1',
    `-artifact_prefix=${artifacts}/`,
  ];
  // The shell tells how much processor time its children took.
  const command = ['-c', '"$@"; code=$?; times; exit $code', 'sh', program, corpus, kept, seeds];
  let last = '';
  const { code, output } = await run('sh', [...command, ...options], {
    onLine: (line) => {
      if (/^#\d+\s+(INITED|pulse|DONE)/.test(line)) console.log(`  ${target} ${line}`);
      last = line;
    },
  });
  if (code !== 0) {
    const report = join(artifacts, 'last-report.txt');
    writeFileSync(report, output);
    console.log(output.split('\n').slice(-60).join('\n'));
    throw new Failure(`${target} has found something`, `${program} ${artifacts}/INPUT; the report is in ${report}`);
  }
  const runs = Number(/^stat::number_of_executed_units:\s*(\d+)/m.exec(output)?.[1]);
  const [, coverage, features] = /DONE\s+cov: (\d+) ft: (\d+)/.exec(output) ?? [];
  const cpuSeconds = processorSeconds(last);
  if (!(runs > 0) || !(cpuSeconds > 0)) throw new Failure(`${target} did not say what it has done:\n${output}`);
  console.log(`✓ ${target}: ${runs} runs in ${duration(cpuSeconds)} of processor time, ${coverage} edges`);
  return { runs, cpuSeconds, coverage: Number(coverage), features: Number(features) };
}

/** `0m1.500s 0m0.250s`: what the children of a shell took, of their own and of the system. */
function processorSeconds(line) {
  const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return times.reduce((sum, time) => sum + time, 0);
}
