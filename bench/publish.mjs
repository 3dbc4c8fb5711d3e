// All that is published of speed and size, measured anew: npm run bench:publish -- [--only PART] [--quick]
//
// Writes bench/results.json, and out of it the figures of the documents. It is to be run on a machine that does nothing
// else, and takes about a quarter of an hour. `--only` measures some parts, and keeps the rest.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { build } from '../tools/build.mjs';
import { Failure, main } from '../tools/lib/failure.mjs';
import { at } from '../tools/lib/paths.mjs';
import { must, outputOf } from '../tools/lib/run.mjs';
import { RESULTS, read, report } from './report/index.mjs';

/** Each writes its figures with `--json`. */
const PARTS = {
  size: ['tools/size.mjs'],
  simd: ['bench/simd.mjs'],
  native: ['bench/native.mjs'],
  codec: ['bench/index.mjs'],
  runtimes: ['bench/runtimes.mjs'],
  path: ['bench/path.mjs'],
};
const BRIEF = ['native', 'codec', 'path'];

const PEERS = ['ws', 'bufferutil', 'utf-8-validate', 'undici', 'websocket-driver'];

/** What the figures depend on, besides the day. */
async function circumstances() {
  const { packages } = JSON.parse(read('package-lock.json'));
  const rustc = /\d+\.\d+\.\d+/.exec((await outputOf('rustc', ['--version'])) ?? '')?.[0];
  return {
    machine: { cpu: cpus()[0].model.trim(), cores: cpus().length, memory: totalmem(), os: `${type()} ${release()}` },
    versions: {
      Node: process.versions.node,
      rustc,
      sansocket: packages[''].version,
      ...Object.fromEntries(PEERS.map((name) => [name, packages[`node_modules/${name}`].version])),
    },
  };
}

await main(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean' } },
  });
  const parts = values.only ?? Object.keys(PARTS);
  const unknown = parts.find((part) => !(part in PARTS));
  if (unknown !== undefined) throw new Failure(`there is no part "${unknown}": ${Object.keys(PARTS).join(', ')}`);
  const here = await circumstances();
  const results = JSON.parse(read(RESULTS));
  const { machine, versions } = results;
  if (values.only !== undefined && !isDeepStrictEqual(here, { machine, versions }))
    throw new Failure('the other parts come from another machine or other versions', 'npm run bench:publish');
  await build();
  const dates = { ...results.dates };
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-bench-'));
  try {
    for (const part of parts) {
      console.log(`\n${part}`);
      const file = join(folder, `${part}.json`);
      const brief = values.quick && BRIEF.includes(part) ? ['--quick'] : [];
      await must('node', [...PARTS[part], ...brief, '--json', file]);
      results[part] = JSON.parse(readFileSync(file, 'utf8'));
      dates[part] = new Date().toISOString().slice(0, 10);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const figures = Object.fromEntries(Object.keys(PARTS).map((part) => [part, results[part]]));
  writeFileSync(at(RESULTS), `${JSON.stringify({ ...here, dates, ...figures }, undefined, 2)}\n`);
  report();
});
