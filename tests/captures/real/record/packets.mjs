// Packets of the loopback device, as tcpdump and dumpcap write them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds in which the kernel hands on what it has seen. */
const SETTLE = 700;

const tools = {
  tcpdump: ({ device, file, filter, flags }) => [
    'tcpdump',
    ['-i', device, '-w', file, '-U', '--immediate-mode', '-B', '65536', ...flags, filter],
    /listening on/,
  ],
  dumpcap: ({ device, file, filter, flags }) => [
    'dumpcap',
    ['-i', device, '-w', file, '-q', ...flags, '-f', filter],
    /^File: /m,
  ],
};

/**
 * Captures what goes over the ports while `during` runs, into `file`.
 *
 * - `tool`: `tcpdump` or `dumpcap`. `device`: `lo`, or `any` for Linux's cooked links. `flags`: more for the tool.
 */
export async function recordPackets({ tool, device = 'lo', flags = [], ports, file }, during) {
  const filter = ports.map((port) => `tcp port ${port}`).join(' or ');
  const [command, args, ready] = tools[tool]({ device, file, filter, flags });
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  const listening = new Promise((resolve, reject) => {
    child.stderr.on('data', (data) => {
      said += data;
      if (ready.test(said)) resolve();
    });
    child.on('error', reject);
    child.on('close', () => reject(new Error(`${command} ended: ${said}`)));
  });
  await listening;
  await sleep(SETTLE);
  let result;
  try {
    result = await during();
    await sleep(SETTLE);
  } finally {
    child.kill('SIGINT');
    await once(child, 'close');
  }
  if (!/\b0 packets dropped|\/0 \(100\.0%\)|dropped on interface '.*': \d+\/0/.test(said))
    throw new Error(`${command} may have lost packets: ${said}`);
  return result;
}
