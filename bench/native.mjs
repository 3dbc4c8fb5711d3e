// The crate among its peers, without JavaScript: npm run bench:native -- [--quick] [--json FILE]
//
// bench/native/ measures with criterion, which does one thing after the other: several rounds of all, so that what else the
// machine does meets every crate.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, main } from '../tools/lib/failure.mjs';
import { at, targetDir } from '../tools/lib/paths.mjs';
import { run } from '../tools/lib/run.mjs';
import { median, printTable } from './lib/compare.mjs';
import { ns } from './lib/figures.mjs';

const FOLDER = join(targetDir, 'native');
const CRATES = ['sansocket', 'tungstenite', 'fastwebsockets', 'tokio-websockets'];
const NAMES = ['decode masked text', 'encode masked text'];
const SIZES = ['125 B', '16 KiB', '1 MiB'];

/** Nanoseconds for a message, as criterion has written them down. */
function timeOf(name, crate) {
  const file = (what) => JSON.parse(readFileSync(join(FOLDER, 'criterion', name, crate, 'new', what), 'utf8'));
  return file('estimates.json').median.point_estimate / file('benchmark.json').throughput.Elements;
}

await main(async () => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'string' } } });
  const cargo = ['bench', '--locked', '--manifest-path', at('bench', 'native', 'Cargo.toml'), '--target-dir', FOLDER];
  const seconds = ['--warm-up-time', '0.2', '--measurement-time', values.quick ? '0.3' : '0.6', '--sample-size', '20'];
  const titles = NAMES.flatMap((name) => SIZES.map((size) => ({ name, size, title: `${name}, ${size}` })));
  const times = [];
  for (let round = 0; round < (values.quick ? 1 : 3); round += 1) {
    process.stderr.write(`round ${round + 1} …\n`);
    const { code, output } = await run('cargo', [...cargo, '--bench', 'peers', '--', ...seconds], {
      env: { CRITERION_HOME: join(FOLDER, 'criterion') },
      onLine() {},
    });
    if (code !== 0) throw new Failure(output);
    for (const { title } of titles) for (const crate of CRATES) times.push({ title, crate, ns: timeOf(title, crate) });
  }

  const results = titles.map(({ name, size, title }) => {
    const of = (crate) =>
      median(times.filter((time) => time.title === title && time.crate === crate).map(({ ns }) => ns));
    const measured = Object.fromEntries(CRATES.map((crate) => [crate, of(crate)]));
    const { sansocket, ...peers } = measured;
    return { name, size, ns: measured, ratio: Math.min(...Object.values(peers)) / sansocket };
  });
  printTable(
    results.map(({ name, size, ns: measured, ratio }) => ({
      name,
      size,
      ...Object.fromEntries(CRATES.map((crate) => [crate, ns(measured[crate])])),
      'against the fastest': ratio.toFixed(2),
    })),
  );
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
});
