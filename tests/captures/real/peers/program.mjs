// A peer that is a program of its own: it gets steps as lines of JSON, and says what it received in the same way.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { websockets } from '../../../../tools/lib/python.mjs';
import { runtime } from '../../../../tools/lib/steps.mjs';
import { Inbox } from './inbox.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The programs by name: what is run, before ROLE and OPTIONS. */
export const programs = {
  websockets: [websockets.python, file('websockets_peer.py')],
  deno: [runtime('deno'), 'run', '--allow-net=127.0.0.1', '--no-lock', file('runtime-peer.mjs')],
  bun: [runtime('bun'), file('runtime-peer.mjs')],
};

class Program {
  #child;
  #inbox = new Inbox();

  constructor([command, ...args]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#inbox.push(JSON.parse(line)));
    this.#child.stdin.on('error', () => {});
  }

  next() {
    return this.#inbox.next();
  }

  do(step) {
    this.#child.stdin.write(`${JSON.stringify(step)}\n`);
  }

  stop() {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

/** A client of the URL. */
export async function programClient(name, url, options = {}) {
  const program = new Program([...programs[name], 'client', JSON.stringify({ url, ...options })]);
  program.facts = (await program.next()).open;
  return program;
}

/** A server for one connection, as `wsServer` gives it. */
export async function programServer(name, options = {}) {
  const program = new Program([...programs[name], 'server', JSON.stringify(options)]);
  const { port } = await program.next();
  return {
    name,
    port,
    async peer() {
      program.facts = (await program.next()).open;
      return program;
    },
    close: () => program.stop(),
  };
}
