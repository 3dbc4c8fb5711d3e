// Child processes: live output, captured output, and none left behind.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Failure } from './failure.mjs';
import { root, toolEnv } from './paths.mjs';

const children = new Set();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of children) end(child, signal);
    process.exit(signal === 'SIGINT' ? 130 : 143);
  });
}

/** Ends a program, with its group if it leads one. */
function end(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/**
 * Runs a program to its end and resolves to `{ code, output }`; `output` holds stdout and stderr as they came.
 *
 * - `onLine`: called with each line. Without it the output goes to this process's own, live.
 * - `env`: variables added to the tools' environment.
 * - `cwd`: the repository's root by default.
 * - `minutes`: how long it may take; then it is killed, with all that it has started.
 */
export function run(command, args = [], { onLine, env = {}, cwd = root, minutes } = {}) {
  return new Promise((resolve, reject) => {
    const stdio = onLine ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
    // With a time limit it leads a group of its own, so that none of its children holds on to the output.
    const child = spawn(command, args, { cwd, env: { ...toolEnv, ...env }, stdio, detached: minutes !== undefined });
    children.add(child);
    const lines = [];
    const overdue =
      minutes &&
      setTimeout(() => {
        onLine?.(`${command} was killed: it took more than ${minutes} min`);
        process.kill(-child.pid, 'SIGKILL');
      }, minutes * 60_000);
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine(line);
      });
    }
    child.on('error', (error) => {
      children.delete(child);
      reject(new Failure(`${command} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(overdue);
      children.delete(child);
      if (signal) lines.push(`${command} was ended by ${signal}`);
      resolve({ code: code ?? 1, output: lines.join('\n') });
    });
  });
}

/** Like `run` with its output live, but anything other than exit code 0 is a `Failure`. */
export async function must(command, args, options = {}) {
  const { code } = await run(command, args, options);
  if (code !== 0) throw new Failure(`\`${[command, ...args].join(' ')}\` ended with exit code ${code}`);
}

/** A program's output as text, or undefined if it failed or does not exist. */
export async function outputOf(command, args, options = {}) {
  try {
    const { code, output } = await run(command, args, { ...options, onLine() {} });
    return code === 0 ? output : undefined;
  } catch {
    return undefined;
  }
}
