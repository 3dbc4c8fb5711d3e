// The whole path: what an echo server on Node's sockets costs. node bench/path.mjs [--quick] [--filter TEXT] [--json FILE]
//
// A process of its own for each server, and one for its load, which speaks raw TCP and looks at headers only. What is
// compared is the processor time of the server, user and system, for each text message, and its memory; the machine may be
// busy with the load. The floor answers each read with one write of the right size, and does nothing else. `connection` is this
// package without its classes: what those cost shows beside it.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, printTable } from './lib/compare.mjs';
import { bytes } from './lib/figures.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, filter: { type: 'string', multiple: true }, json: { type: 'string' } },
});

const CONNECTIONS = 100;
const HELD = 1000;
const ROUNDS = values.quick ? 3 : 7;
const MILLISECONDS = values.quick ? 250 : 400;
const SIZES = { '64 B': 64, '1 KiB': 1024, '64 KiB': 65_536 };

/** Messages in flight on each connection. */
const WINDOWS = { plain: [1, 4, 16], tls: [1, 16], deflate: [1, 16] };

/** Left out: what is in flight would take seconds to come back. */
const TOO_MUCH = 'deflate, 64 KiB, 16 in flight';

/** The floor does not know what it would have to compress. */
const SERVERS = {
  plain: ['floor', 'ws', 'sansocket', 'connection'],
  tls: ['floor', 'ws', 'sansocket'],
  deflate: ['ws', 'sansocket'],
};

/** What is to be reached: times the floor at most, times ws at least. */
const GOALS = {
  'plain, 64 B, 1 in flight': { ofFloor: 1.1, againstWs: 1.35 },
  'plain, 64 B, 4 in flight': { ofFloor: 1.4, againstWs: 2 },
  'plain, 64 B, 16 in flight': { ofFloor: 2, againstWs: 6 },
  'plain, 1 KiB, 1 in flight': { ofFloor: 1.1, againstWs: 1.6 },
  'plain, 1 KiB, 16 in flight': { ofFloor: 1.7, againstWs: 6 },
  'plain, 64 KiB, 1 in flight': { againstWs: 1.3 },
};
const LEAST = { againstWs: 1 };

const program = (name) => fileURLToPath(new URL(`path/${name}.mjs`, import.meta.url));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A program that has said that it is ready, and what it said. */
async function start(name, args) {
  const child = fork(program(name), args.map(String), { execArgv: ['--expose-gc'] });
  const [said] = await once(child, 'message');
  return { child, said };
}

async function ask({ child }, question) {
  child.send(question);
  const [answer] = await once(child, 'message');
  return answer;
}

const startServer = (name, variant, size) => start(name, [variant, size]);
const startLoad = (server, variant, size, window, connections) =>
  start('load', [variant, server.said, size, window, connections]);

/** A server under its own load, which rests until it is measured. */
async function lane(name, variant, size, window) {
  const server = await startServer(name, variant, size);
  const load = await startLoad(server, variant, size, window, CONNECTIONS);
  return {
    /** Microseconds of the server's processor for each message. */
    async slice() {
      await ask(load, 'go');
      await pause(MILLISECONDS / 4);
      const before = { cpu: await ask(server, 'cpu'), count: await ask(load, 'count') };
      await pause(MILLISECONDS);
      const after = { cpu: await ask(server, 'cpu'), count: await ask(load, 'count') };
      await ask(load, 'stop');
      return (after.cpu - before.cpu) / (after.count - before.count);
    },
    memory: () => ask(server, 'memory'),
    stop() {
      server.child.kill();
      load.child.kill();
    },
  };
}

/** The cost of a message on each server. Slices alternate, so that what else the machine does meets all. */
async function measure(variant, size, window) {
  const names = SERVERS[variant];
  const lanes = [];
  for (const name of names) lanes.push(await lane(name, variant, size, window));
  const slices = [];
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const costs = {};
    for (const [i, each] of lanes.entries()) costs[names[i]] = await each.slice();
    if (round > 0) slices.push(costs);
  }
  const memory = {};
  for (const [i, each] of lanes.entries()) memory[names[i]] = await each.memory();
  for (const each of lanes) each.stop();
  return {
    microseconds: Object.fromEntries(names.map((name) => [name, median(slices.map((costs) => costs[name]))])),
    ofFloor: names.includes('floor') ? median(slices.map(({ floor, sansocket }) => sansocket / floor)) : undefined,
    againstWs: median(slices.map(({ ws, sansocket }) => ws / sansocket)),
    byHand: names.includes('connection') ? median(slices.map(({ ws, connection }) => ws / connection)) : undefined,
    memory,
  };
}

/** Bytes by which a server grows with each connection that has echoed a message of 1 KiB, and is idle. */
async function hold(variant) {
  const held = {};
  for (const name of SERVERS[variant]) {
    const server = await startServer(name, variant, 1024);
    const loads = [];
    const rest = async (connections) => {
      const load = await startLoad(server, variant, 1024, 1, connections);
      loads.push(load);
      await ask(load, 'once');
      return ask(server, 'memory');
    };
    const before = await rest(CONNECTIONS);
    held[name] = ((await rest(HELD)) - before) / HELD;
    for (const { child } of [server, ...loads]) child.kill();
  }
  return held;
}

const wanted = (name) => (values.filter ?? []).every((word) => name.includes(word));
const messages = [];
for (const [variant, windows] of Object.entries(WINDOWS)) {
  for (const [label, size] of Object.entries(SIZES)) {
    for (const window of windows) {
      const name = `${variant}, ${label}, ${window} in flight`;
      if (name === TOO_MUCH || !wanted(name)) continue;
      process.stderr.write(`${name} … `);
      const result = await measure(variant, size, window);
      process.stderr.write(`${result.againstWs.toFixed(2)}\n`);
      messages.push({ name, ...result, goal: GOALS[name] ?? LEAST });
    }
  }
}
const connections = [];
for (const variant of Object.keys(WINDOWS)) {
  const name = `${variant}, idle`;
  if (!wanted(name)) continue;
  process.stderr.write(`${name} …\n`);
  connections.push({ name, bytes: await hold(variant) });
}

const fixed = (number) => number?.toFixed(2) ?? '';
printTable(
  messages.map(({ name, microseconds, ofFloor, againstWs, byHand, memory, goal }) => ({
    name,
    'floor, µs': fixed(microseconds.floor),
    'ws, µs': fixed(microseconds.ws),
    'ours, µs': fixed(microseconds.sansocket),
    'by hand, µs': fixed(microseconds.connection),
    'of the floor': fixed(ofFloor),
    'against ws': fixed(againstWs),
    'so by hand': fixed(byHand),
    goal: [goal.ofFloor && `≤ ${goal.ofFloor}`, `≥ ${goal.againstWs}`].filter(Boolean).join(', '),
    'memory of ws': bytes(memory.ws),
    ours: bytes(memory.sansocket),
  })),
);
console.log();
printTable(
  connections.map(({ name, bytes: { floor, ws, sansocket, connection } }) => ({
    'a connection': name,
    floor: floor === undefined ? '' : bytes(floor),
    ws: bytes(ws),
    ours: bytes(sansocket),
    'by hand': connection === undefined ? '' : bytes(connection),
  })),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ messages, connections }, undefined, 2)}\n`);
process.exit();
