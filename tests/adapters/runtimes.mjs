// Programs of other runtimes, run to their end.

import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { at } from '../../tools/lib/paths.mjs';
import { runtime } from '../../tools/lib/steps.mjs';

/** Runs a program and resolves to the JSON that is the last line of its output. `timeout`: milliseconds. */
export async function run(name, args, { timeout = 90_000 } = {}) {
  const options = { cwd: at(), timeout, maxBuffer: 16 << 20 };
  const { stdout } = await promisify(execFile)(runtime(name), args, options);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1));
}

/** A server of Node that sends everything back, and ends when its peer has. */
export async function echoServer() {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
