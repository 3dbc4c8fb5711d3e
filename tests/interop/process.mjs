// Child processes that are always stopped.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill();
});

/** Nothing here takes longer, not even on a slow machine; then it is stopped. */
const LONGEST = 120_000;

/**
 * Starts a program. Its lines of output are in `lines`; `line(pattern)` waits for one, and gives its match; `exit()`
 * waits for its end, and gives the exit code. What it says on its error output is kept for when something is missing:
 * `output()` is all it said.
 *
 * - `input`: for its standard input.
 * - `longest`: milliseconds, after which it is stopped.
 * - `onLine`: called with each line.
 */
export function start([command, ...args], { input, longest = LONGEST, onLine = () => {} } = {}) {
  const child = spawn(command, args, { timeout: longest });
  children.add(child);
  const lines = [];
  const errors = [];
  child.stderr.on('data', (data) => errors.push(data));
  const waiting = new Set();
  const output = createInterface({ input: child.stdout });
  output.on('line', (line) => {
    lines.push(line);
    onLine(line);
    for (const look of waiting) look();
  });
  const closed = once(child, 'close').then(([code, signal]) => {
    children.delete(child);
    for (const look of waiting) look(signal ?? code);
    return signal ?? code;
  });
  child.stdin.end(input);

  const line = (pattern) =>
    new Promise((resolve, reject) => {
      const look = (ended) => {
        const match = lines.map((text) => pattern.exec(text)).find((found) => found !== null);
        if (match === undefined && ended === undefined) return;
        waiting.delete(look);
        if (match) resolve(match);
        else
          reject(
            new Error(`${command} ended with ${ended}, without ${pattern}:\n${lines.join('\n')}\n${errors.join('')}`),
          );
      };
      waiting.add(look);
      look();
      closed.then(look);
    });

  return {
    lines,
    line,
    output: () => `${lines.join('\n')}\n${errors.join('')}`,
    exit: () => closed,
    async stop() {
      child.kill();
      await closed;
    },
  };
}
