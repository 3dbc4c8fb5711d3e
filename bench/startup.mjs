// Starting: from before the import of a package to its first message, in a process of its own.

import { compareProcesses } from './lib/process.mjs';

const measure = async (ours, { quick }) => {
  const runs = quick ? 5 : 21;
  const { ns } = await compareProcesses('start', [[ours], ['ws']], runs);
  return { ratio: ns.ratio, ours_ns: ns.ours, peer_ns: ns.peer, runs };
};

export const workloads = ['sansocket', 'sansocket/slim', 'sansocket/websocket'].map((entry) => ({
  name: `import ${entry}, until the first message`,
  size: '5 B',
  peer: 'ws',
  measure: (effort) => measure(entry, effort),
}));
