// `npm run bench:instructions`: how many instructions the Rust core takes, which does not move with the load of a machine.
// Ends with 1 where a workload takes over 3 % more than bench/instructions.json says; `-- --accept` writes that file.

import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Failure, main } from '../tools/lib/failure.mjs';
import { at, targetDir, which } from '../tools/lib/paths.mjs';
import { must } from '../tools/lib/run.mjs';
import { printTable } from './lib/compare.mjs';

const TIMES = 20;
const ALLOWED = 1.03;
const BASELINE = at('bench', 'instructions.json');

/**
 * The same on every machine: no variable of the caller's, and of the C library neither memory that moves by `mremap` where a block
 * happens to have no room behind it, nor copies by `rep movsb`, of which each byte counts as an instruction.
 */
const environment = {
  GLIBC_TUNABLES: [
    'glibc.malloc.mmap_threshold=1073741824',
    'glibc.malloc.trim_threshold=1073741824',
    'glibc.malloc.top_pad=67108864',
    'glibc.cpu.x86_rep_movsb_threshold=1073741824',
    'glibc.cpu.x86_rep_stosb_threshold=1073741824',
  ].join(':'),
};

/** Instructions of a workload done so often. */
async function count(program, name, times) {
  const options = ['--tool=callgrind', '--callgrind-out-file=/dev/null'];
  const { stderr } = await promisify(execFile)(which('valgrind'), [...options, program, name, String(times)], {
    env: environment,
  });
  const collected = /Collected : (\d+)/.exec(stderr)?.[1];
  if (collected === undefined) throw new Failure(`"${name}" could not be counted:\n${stderr}`);
  return Number(collected);
}

await main(async () => {
  const { values } = parseArgs({ options: { accept: { type: 'boolean' } } });
  const manifest = at('bench', 'instructions', 'Cargo.toml');
  const folder = join(targetDir, 'instructions');
  await must('cargo', ['build', '--release', '--locked', '--manifest-path', manifest, '--target-dir', folder]);
  const program = join(folder, 'release', 'instructions');

  const baseline = JSON.parse(readFileSync(BASELINE, 'utf8'));
  const counts = {};
  const rows = [];
  for (const [name, before] of Object.entries(baseline)) {
    // What starting takes is left out.
    counts[name] = Math.round(((await count(program, name, TIMES + 1)) - (await count(program, name, 1))) / TIMES);
    rows.push({
      workload: name,
      baseline: before,
      now: counts[name],
      change: `${((100 * counts[name]) / before - 100).toFixed(1)} %`,
    });
  }
  printTable(rows);
  if (values.accept) {
    writeFileSync(BASELINE, `${JSON.stringify(counts, undefined, 2)}\n`);
    return;
  }
  const worse = rows.filter(({ now, baseline: before }) => !(now <= before * ALLOWED)).map(({ workload }) => workload);
  if (worse.length > 0)
    throw new Failure(
      `over 3 % more instructions than before: ${worse.join('; ')}`,
      'npm run bench:instructions -- --accept',
    );
});
