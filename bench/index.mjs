// The codec against others, workload by workload: npm run bench -- [--quick] [--filter WORD] [--json FILE]
//
// Both sides do the same work on the same bytes in this process, through what their users call; that they give the same
// is checked before anything is timed. `ratio` is how many times as long the peer takes.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { workloads as decoding } from './decode.mjs';
import { workloads as deflating } from './deflate.mjs';
import { workloads as encoding } from './encode.mjs';
import { compare, effort, printTable } from './lib/compare.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, filter: { type: 'string', multiple: true } },
});

const workloads = [...decoding, ...encoding, ...deflating];
const title = ({ name, size, peer }) => `${name}, ${size}, ${peer}`;
const wanted = (workload) => (values.filter ?? []).every((word) => title(workload).includes(word));

const results = [];
for (const workload of workloads.filter(wanted)) {
  process.stderr.write(`${title(workload)} … `);
  const { ours, peer } = await workload.sides();
  const { name, size } = workload;
  const result = { name, size, peer: workload.peer, ...(await compare(ours, peer, effort(values.quick))) };
  process.stderr.write(`${result.ratio.toFixed(2)}\n`);
  results.push(result);
}

const ns = (number) => (number < 10_000 ? number.toFixed(0) : `${(number / 1000).toFixed(0)} µs`);
printTable(
  results.map(({ name, size, peer, ratio, ours_ns, peer_ns }) => ({
    name,
    size,
    peer,
    ratio: ratio.toFixed(2),
    'ours, ns': ns(ours_ns),
    'peer, ns': ns(peer_ns),
  })),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
