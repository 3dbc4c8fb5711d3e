// `node bench/command.mjs [FILE]`: how long the command takes to start, beside Node itself, and to read a large capture
// (as `node bench/big-capture.mjs FILE` makes it), wall clock and processor time.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const command = path('../pkg/cli/sansocket.js');
const [, , capture] = process.argv;

/** Tells the processor time of the process on its last line of stderr. */
const probe = `data:text/javascript,${encodeURIComponent(`
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    process.stderr.write('CPU ' + (user + system) / 1000 + '\\n');
  });`)}`;

function run(args) {
  const start = performance.now();
  const options = { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 1 << 26 };
  const { stderr } = spawnSync(process.execPath, ['--import', probe, ...args], options);
  return { wall: performance.now() - start, cpu: Number(/CPU ([\d.]+)\n$/.exec(stderr.toString())[1]) };
}

/** Runs each so many times, in turns, and prints the least and the median of each. */
function compare(rows, times) {
  const taken = new Map(Object.keys(rows).map((name) => [name, []]));
  for (let i = 0; i < times; i += 1) for (const [name, args] of Object.entries(rows)) taken.get(name).push(run(args));
  for (const [name, runs] of taken) {
    const text = ['wall', 'cpu'].map((key) => {
      const sorted = runs.map((each) => each[key]).sort((a, b) => a - b);
      return `${key} ${sorted[0].toFixed(0)} ms at least, ${sorted[times >> 1].toFixed(0)} median`;
    });
    console.log(`${name.padEnd(24)} ${text.join('; ')}`);
  }
}

const small = path('../tests/captures/clean.pcap');
compare(
  {
    'node -e 0': ['-e', '0'],
    'explain 1006': [command, 'explain', '1006'],
    'decode clean.pcap': [command, small],
  },
  21,
);

if (capture !== undefined) {
  console.log(`${capture}: ${(statSync(capture).size / 1e6).toFixed(0)} MB`);
  compare(
    {
      'decode --format ndjson': [command, '-q', '--format', 'ndjson', capture],
      decode: [command, '-q', capture],
      lint: [command, 'lint', '-q', capture],
      stats: [command, 'stats', '-q', capture],
    },
    3,
  );
}
