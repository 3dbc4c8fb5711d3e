// The whole path: what an echo server on Node's sockets costs per message. node bench/path.mjs [--quick] [--filter TEXT] [--json FILE]
//
// A process of its own for each server, and one for the load, which speaks raw TCP and parses nothing. What is compared
// is the processor time of the server, user and system, for each text message; the machine may be busy with the load.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, printTable } from './lib/compare.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, filter: { type: 'string' }, json: { type: 'string' } },
});

const CONNECTIONS = 100;
const ROUNDS = values.quick ? 3 : 7;
const MILLISECONDS = values.quick ? 700 : 2000;
const SIZES = { '64 B': 64, '1 KiB': 1024, '64 KiB': 65_536 };
const WINDOWS = [1, 4, 16];
const SERVERS = ['floor', 'ws', 'sansocket'];

const program = (name) => fileURLToPath(new URL(`path/${name}.mjs`, import.meta.url));

async function start(name, ...args) {
  const child = fork(program(name), args.map(String));
  const [port] = await once(child, 'message');
  return { child, port };
}

/** Microseconds of the server's processor for each message, once for each round. */
async function measure(server, size, window) {
  const { child, port } = await start(server, size);
  const load = fork(program('load'), [port, size, window, CONNECTIONS, server].map(String));
  await once(load, 'message');
  const ask = async (process) => {
    process.send('now');
    return (await once(process, 'message'))[0];
  };
  const results = [];
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = { cpu: await ask(child), count: await ask(load) };
    await new Promise((resolve) => setTimeout(resolve, MILLISECONDS));
    const after = { cpu: await ask(child), count: await ask(load) };
    if (round > 0) results.push((after.cpu - before.cpu) / (after.count - before.count));
  }
  child.kill();
  load.kill();
  return median(results);
}

const rows = [];
for (const [label, size] of Object.entries(SIZES)) {
  for (const window of WINDOWS) {
    const name = `${label}, ${window} in flight`;
    if (values.filter !== undefined && !name.includes(values.filter)) continue;
    const cost = {};
    for (const server of SERVERS) cost[server] = await measure(server, size, window);
    rows.push({ name, ...cost });
  }
}
printTable(
  rows.map(({ name, floor, ws, sansocket }) => ({
    name,
    'floor, µs': floor.toFixed(2),
    'ws, µs': ws.toFixed(2),
    'ours, µs': sansocket.toFixed(2),
    'of the floor': (sansocket / floor).toFixed(2),
    'against ws': (ws / sansocket).toFixed(2),
  })),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
