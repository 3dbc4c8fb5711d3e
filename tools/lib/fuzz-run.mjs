// One target of the fuzzer: a turn of it, and what is kept of its inputs.

import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { duration } from './board.mjs';
import { Failure } from './failure.mjs';
import { writeSeeds } from './fuzz-seeds.mjs';
import { at, targetDir } from './paths.mjs';
import { must, run } from './run.mjs';

export const fuzzDir = join(targetDir, 'fuzz');

/** The folders of a target: `kept` is the one of the repository. */
function foldersOf(target) {
  const paths = { kept: at('fuzz', 'corpus', target) };
  for (const name of ['corpus', 'seeds', 'artifacts']) paths[name] = join(fuzzDir, name, target);
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  writeSeeds(target, paths.seeds);
  return paths;
}

/** One turn. A finding is a failure. */
export async function fuzz(target, program, seconds) {
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

/** Makes fuzz/corpus anew of all inputs there are. Those with a name, which were findings once, stay. */
export async function keep(target, program) {
  const { kept, corpus, seeds } = foldersOf(target);
  const isNamed = (name) => !/^[0-9a-f]{40}$/.test(name);
  const chosen = join(fuzzDir, 'chosen', target);
  rmSync(chosen, { recursive: true, force: true });
  mkdirSync(chosen, { recursive: true });
  for (const name of readdirSync(kept).filter(isNamed)) copyFileSync(join(kept, name), join(chosen, name));
  await must(program, ['-merge=1', '-use_counters=0', chosen, kept, corpus, seeds]);
  rmSync(kept, { recursive: true });
  cpSync(chosen, kept, { recursive: true });
  console.log(`✓ ${target}: ${readdirSync(kept).length} inputs`);
}

/** `0m1.500s 0m0.250s`: what the children of a shell took, of their own and of the system. */
function processorSeconds(line) {
  const times = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  return times.reduce((sum, time) => sum + time, 0);
}
