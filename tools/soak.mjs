// `npm run soak`: a long life of a server and its clients on Node, and peers of every bad kind; some minutes. What does not hold
// ends it. `-- --only WORD` runs the scenarios with that word in their name, `--quick` little of each, `--write` keeps the figures
// in docs/soak.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { duration } from './lib/board.mjs';
import { Failure, main } from './lib/failure.mjs';
import { at } from './lib/paths.mjs';

const [BEGIN, END] = ['<!-- npm run soak -- --write -->\n', '<!-- end -->'];

await main(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string', default: '' }, quick: { type: 'boolean' }, write: { type: 'boolean' } },
  });
  await build();
  const { scenarios } = await import('../tests/soak/table.mjs');
  const chosen = scenarios.filter(({ name }) => name.includes(values.only));
  if (chosen.length === 0) throw new Failure(`no scenario has \`${values.only}\` in its name`, 'npm run soak');

  const rows = [];
  for (const { name, run, quick, full } of chosen) {
    console.log(`\n── ${name}`);
    const start = performance.now();
    const figures = await run(values.quick ? quick : full, progress(start));
    const seconds = (performance.now() - start) / 1000;
    const text = Object.entries(figures).map(([what, figure]) => `${what}: ${shown(figure)}`);
    for (const line of text) console.log(`  ${line}`);
    console.log(`✓ ${duration(seconds)}`);
    rows.push(`| ${name} | ${text.join('; ')} | ${duration(seconds)} |\n`);
  }
  if (values.write) write(rows);
});

/** Tells how far a scenario is, now and then. */
function progress(start) {
  let told = start;
  return (done, all) => {
    if (performance.now() - told < 10_000) return;
    told = performance.now();
    console.log(`  ${done.toLocaleString('en')} of ${all.toLocaleString('en')}, ${duration((told - start) / 1000)}`);
  };
}

function shown(figure) {
  return typeof figure === 'number' ? figure.toLocaleString('en') : JSON.stringify(figure);
}

function write(rows) {
  const path = at('docs', 'soak.md');
  const text = readFileSync(path, 'utf8');
  const [before, after] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)];
  const where = `Node ${process.versions.node}, ${cpus().length} processors, busy with other work as well.\n\n`;
  const table = `| scenario | figures | took |\n|---|---|---|\n${rows.join('')}`;
  writeFileSync(path, text.slice(0, before) + where + table + text.slice(after));
}
