// `sansocket stats` against tshark on the same capture: node bench/tshark.mjs [--kind packed|single] [--frames N] [--rounds N]
//
// Each is a process of its own, from its start to its end, one after the other in every round. tshark runs as fast as it can: it
// resolves no names and prints counts only; a second time with the two passes (-2) that it needs to see what refers to later packets.
// First the counts of both have to agree: frames and bytes of payload of each direction.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { Failure, main } from '../tools/lib/failure.mjs';
import { at, pkgDir, which } from '../tools/lib/paths.mjs';
import { must } from '../tools/lib/run.mjs';
import { median, printTable } from './lib/compare.mjs';

/** The port of the server in the captures that bench/big-capture.mjs makes. */
const PORT = 8080;

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'packed' },
    frames: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
  },
});

/** Runs a program; gives its output, and its seconds: by the clock, and of the processor. */
async function timed(program, args) {
  const line = 'TIMEFORMAT="%3R %3U %3S"; time "$@"';
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', line, program, program, ...args]);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { stdout, wall, cpu: user + system };
}

async function sansocket(file) {
  const run = await timed(process.execPath, [join(pkgDir, 'cli', 'sansocket.js'), 'stats', '--format', 'json', file]);
  const counts = { frames: [0, 0], payload: [0, 0] };
  for (const { c2s, s2c } of JSON.parse(run.stdout).conns) {
    for (const [side, sent] of [c2s, s2c].entries()) {
      counts.frames[side] += sent.frames;
      counts.payload[side] += sent.payload;
    }
  }
  return { ...run, counts };
}

/** By the statistics of tshark. The length of a frame is right there up to 125 bytes, which all in these captures have. */
const tshark = (flags) => async (file) => {
  const columns = ['COUNT(websocket.opcode)websocket.opcode', 'SUM(websocket.payload_length)websocket.payload_length'];
  const sides = [`tcp.dstport==${PORT}`, `tcp.srcport==${PORT}`];
  const asked = columns.flatMap((column) => sides.map((side) => `${column}&&${side}`));
  const run = await timed('tshark', ['-n', '-q', ...flags, '-r', file, '-z', `io,stat,0,${asked.join(',')}`]);
  const row = run.stdout.split('\n').find((text) => text.includes('<>'));
  if (row === undefined) throw new Failure(`tshark gave no statistics:\n${run.stdout}`);
  const [fromClient, fromServer, clientBytes, serverBytes] = row.split('|').slice(2, 6).map(Number);
  return { ...run, counts: { frames: [fromClient, fromServer], payload: [clientBytes, serverBytes] } };
};

const programs = { 'sansocket stats': sansocket, tshark: tshark([]), 'tshark -2': tshark(['-2']) };

await main(async () => {
  if (!which('tshark'))
    throw new Failure('tshark is not on this machine', 'apt-get install -y --no-install-recommends tshark');
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-tshark-'));
  try {
    const file = join(folder, `${values.kind}.pcap`);
    await must(process.execPath, [at('bench', 'big-capture.mjs'), file, values.kind, values.frames]);

    const runs = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [name, run] of Object.entries(programs)) {
        const result = await run(file);
        runs[name].push(result);
        const [expected, actual] = [runs['sansocket stats'][0].counts, result.counts].map((it) => JSON.stringify(it));
        if (actual !== expected) throw new Failure(`${name} counts ${actual}, sansocket ${expected}`);
      }
    }

    const { frames, payload } = runs['sansocket stats'][0].counts;
    console.log(`${frames.join(' + ')} frames, ${payload.join(' + ')} bytes of payload, as all of them count:`);
    const megabytes = (statSync(file).size / 1e6).toFixed(0);
    console.log(`${megabytes} MB of pcap, ${values.rounds} rounds on ${availableParallelism()} processors, medians\n`);
    const ours = runs['sansocket stats'];
    // A ratio is that of neighbours in time.
    const ratio = (all, key) => median(all.map((run, round) => run[key] / ours[round][key])).toFixed(1);
    printTable(
      Object.entries(runs).map(([name, all]) => ({
        program: name,
        'wall, s': median(all.map(({ wall }) => wall)).toFixed(2),
        'processor, s': median(all.map(({ cpu }) => cpu)).toFixed(2),
        'wall, ratio': ratio(all, 'wall'),
        'processor, ratio': ratio(all, 'cpu'),
      })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
