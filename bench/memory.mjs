// Memory: by how much each connection makes a process grow, codec alone, on both sides without a socket.

import { compareProcesses } from './lib/process.mjs';

/** What the connection has done, and how many are held. */
const states = {
  idle: { count: 20_000, title: 'nothing received or sent' },
  echoed: { count: 20_000, title: 'a message of 1 KiB echoed' },
  'deflate, echoed': { count: 300, title: 'a message of 1 KiB echoed, compressed both ways' },
};

const measure = async (state, count, { quick }) => {
  const runs = quick ? 1 : 3;
  const held = quick ? count / 4 : count;
  const sides = ['sansocket', 'ws'].map((name) => [name, state, held]);
  const compared = await compareProcesses('hold', sides, runs);
  const { ours, peer, ratio } = compared.bytes;
  return { ratio, ours_bytes: ours, peer_bytes: peer, runs };
};

export const workloads = Object.entries(states).map(([state, { count, title }]) => ({
  name: 'memory of a connection',
  size: title,
  peer: 'ws',
  measure: (effort) => measure(state, count, effort),
}));
