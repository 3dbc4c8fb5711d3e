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
const ROUNDS = values.quick ? 5 : 15;
const MILLISECONDS = values.quick ? 400 : 1000;
const SIZES = { '64 B': 64, '1 KiB': 1024, '64 KiB': 65_536 };
const WINDOWS = [1, 4, 16];
const SERVERS = ['floor', 'ws', 'sansocket'];

const program = (name) => fileURLToPath(new URL(`path/${name}.mjs`, import.meta.url));

async function start(name, ...args) {
  const child = fork(program(name), args.map(String));
  const [port] = await once(child, 'message');
  return { child, port };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function ask(process, question) {
  process.send(question);
  const [answer] = await once(process, 'message');
  return answer;
}

/** A server under its own load, which rests until it is measured. */
async function lane(server, size, window) {
  const { child, port } = await start(server, size);
  const load = fork(program('load'), [port, size, window, CONNECTIONS].map(String));
  await once(load, 'message');
  return {
    /** Microseconds of the server's processor for each message. */
    async slice() {
      await ask(load, 'go');
      await pause(MILLISECONDS / 4);
      const before = { cpu: await ask(child, 'cpu'), count: await ask(load, 'count') };
      await pause(MILLISECONDS);
      const after = { cpu: await ask(child, 'cpu'), count: await ask(load, 'count') };
      await ask(load, 'stop');
      return (after.cpu - before.cpu) / (after.count - before.count);
    },
    stop() {
      child.kill();
      load.kill();
    },
  };
}

/** The cost of a message on each server. Slices alternate, so that what else the machine does meets all. */
async function measure(size, window) {
  const lanes = [];
  for (const server of SERVERS) lanes.push(await lane(server, size, window));
  const slices = [];
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const costs = [];
    for (const each of lanes) costs.push(await each.slice());
    if (round > 0) slices.push(costs);
  }
  for (const each of lanes) each.stop();
  const [floor, ws, sansocket] = SERVERS.map((_, i) => median(slices.map((costs) => costs[i])));
  const ofFloor = median(slices.map(([least, , ours]) => ours / least));
  const againstWs = median(slices.map(([, theirs, ours]) => theirs / ours));
  return { floor, ws, sansocket, ofFloor, againstWs };
}

const rows = [];
for (const [label, size] of Object.entries(SIZES)) {
  for (const window of WINDOWS) {
    const name = `${label}, ${window} in flight`;
    if (values.filter === undefined || name.includes(values.filter))
      rows.push({ name, ...(await measure(size, window)) });
  }
}
printTable(
  rows.map(({ name, floor, ws, sansocket, ofFloor, againstWs }) => ({
    name,
    'floor, µs': floor.toFixed(2),
    'ws, µs': ws.toFixed(2),
    'ours, µs': sansocket.toFixed(2),
    'of the floor': ofFloor.toFixed(2),
    'against ws': againstWs.toFixed(2),
  })),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
