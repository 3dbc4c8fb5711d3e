// The codec against others, workload by workload: npm run bench -- [--quick] [--filter WORD] [--json FILE]
//
// Both sides do the same work on the same bytes, through what their users call; that they give the same is checked before
// anything is timed. `ratio` is how many times as long the peer takes, or as much memory.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { workloads as decoding } from './decode.mjs';
import { workloads as deflating } from './deflate.mjs';
import { workloads as encoding } from './encode.mjs';
import { compare, effort, printTable } from './lib/compare.mjs';
import { bytes, ns } from './lib/figures.mjs';
import { workloads as holding } from './memory.mjs';
import { workloads as starting } from './startup.mjs';
import { workloads as streaming } from './streaming.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, filter: { type: 'string', multiple: true } },
});

const workloads = [...decoding, ...encoding, ...deflating, ...streaming, ...starting, ...holding];
const title = ({ name, size, peer }) => `${name}, ${size}, ${peer}`;
/** What takes long is left out of a quick run that does not ask for it. */
const wanted = (workload) =>
  values.filter === undefined
    ? !(values.quick && workload.slow)
    : values.filter.every((word) => title(workload).includes(word));

/** Side by side in this process, or however else the workload is measured. */
async function measured(workload) {
  if (workload.measure) return workload.measure(effort(values.quick));
  const { ours, peer } = await workload.sides();
  return compare(ours, peer, effort(values.quick));
}

const results = [];
for (const workload of workloads.filter(wanted)) {
  process.stderr.write(`${title(workload)} … `);
  const { name, size, peer } = workload;
  const result = { name, size, peer, ...(await measured(workload)) };
  process.stderr.write(`${result.ratio.toFixed(2)}\n`);
  results.push(result);
}

/** What was measured of a side: time, memory, or both. */
const figures = (result, side) =>
  [
    [result[`${side}_ns`], ns],
    [result[`${side}_bytes`], bytes],
  ]
    .filter(([figure]) => figure !== undefined)
    .map(([figure, written]) => written(figure))
    .join(', ');

printTable(
  results.map((result) => ({
    name: result.name,
    size: result.size,
    peer: result.peer,
    ratio: result.ratio.toFixed(2),
    ours: figures(result, 'ours'),
    'the peer': figures(result, 'peer'),
  })),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
