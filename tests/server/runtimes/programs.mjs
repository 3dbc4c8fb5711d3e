// Servers on other runtimes: programs that tell their port and what they see in lines of JSON.

import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { at } from '../../../tools/lib/paths.mjs';
import { runtime } from '../../../tools/lib/steps.mjs';

/** The programs themselves: what npm links to for workerd would start it as a child, which outlives it. */
const programs = {
  deno: () => runtime('deno'),
  bun: () => runtime('bun'),
  workerd: () => createRequire(realpathSync(runtime('workerd')))('workerd').default,
};

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The facts that streams tell in lines, in order; other lines are kept for whoever looks for a reason. */
function factsOf(child, streams) {
  const facts = [];
  const waiting = [];
  const said = [];
  let over = false;
  const look = () => {
    while (waiting.length > 0 && facts.length > 0) waiting.shift().resolve(facts.shift());
    if (over)
      for (const { reject } of waiting.splice(0)) reject(new Error(`the program has ended:\n${said.join('\n')}`));
  };
  for (const stream of streams) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.startsWith('{')) facts.push(JSON.parse(line));
      else said.push(line);
      look();
    });
  }
  child.on('error', (error) => said.push(error.message));
  child.on('close', () => {
    over = true;
    look();
  });
  return () =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      look();
    });
}

function stopped(t, child) {
  const ended = new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', resolve);
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
}

/** Runs a server of this folder until the test is over: its port, and its next fact whenever one is asked for. */
export async function serving(t, { command, args }, name) {
  const child = spawn(command, [...args, file(name)], { cwd: at(), stdio: ['ignore', 'pipe', 'pipe'] });
  stopped(t, child);
  const next = factsOf(child, [child.stdout, child.stderr]);
  const { port } = await next();
  return { port, next };
}

/** How each runtime is started. */
export const deno = {
  command: programs.deno(),
  args: ['run', '--allow-net=127.0.0.1', '--allow-read', '--allow-env', '--no-lock'],
};
export const bun = { command: programs.bun(), args: [] };
export const node = { command: process.execPath, args: [] };

/** Runs the worker in workerd: ports for HTTP and for TCP, and what it tells. */
export async function workerd(t, compatibilityDate) {
  const folder = mkdtempSync(join(tmpdir(), 'sansocket-workerd-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await build({
    entryPoints: [file('workerd.mjs')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    // What bundlers for it choose.
    conditions: ['workerd', 'worker', 'browser', 'import'],
    external: ['*.wasm', 'cloudflare:*'],
    logLevel: 'silent',
  });
  copyFileSync(at('pkg', 'codec.wasm'), join(folder, 'codec.wasm'));
  // Of the network it may reach this machine only.
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "main",
      worker = (
        modules = [
          (name = "worker.js", esModule = embed "worker.js"),
          (name = "codec.wasm", wasm = embed "codec.wasm"),
        ],
        compatibilityDate = "${compatibilityDate}",
        globalOutbound = "loopback",
      ) ),
    (name = "loopback", network = (allow = ["local", "private"])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:0", http = (), service = "main"),
    (name = "tcp", address = "127.0.0.1:0", tcp = (), service = "main"),
  ],
);
`,
  );
  const child = spawn(programs.workerd(), ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  stopped(t, child);
  const listening = factsOf(child, [child.stdio[3], child.stderr]);
  const ports = {};
  while (ports.http === undefined || ports.tcp === undefined) {
    const { event, socket, port } = await listening();
    if (event === 'listen') ports[socket] = port;
  }
  return { ports, next: factsOf(child, [child.stdout]) };
}
