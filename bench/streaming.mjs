// Streaming: a message in one frame, taken as it arrives. ws gives a message when it is whole, and holds it until then.

import { compareProcesses } from './lib/process.mjs';

const sizes = { '64 MiB': 64, '1 GiB': 1024 };

const measure = async (mebibytes, { quick }) => {
  const runs = quick ? 1 : 3;
  const sides = ['sansocket', 'ws'].map((name) => [name, mebibytes]);
  const { ns, bytes } = await compareProcesses('stream', sides, runs);
  const figures = { ours_ns: ns.ours * mebibytes, peer_ns: ns.peer * mebibytes };
  return { ratio: ns.ratio, ...figures, ours_bytes: bytes.ours, peer_bytes: bytes.peer, runs };
};

export const workloads = Object.entries(sizes).map(([size, mebibytes]) => ({
  name: 'one message as it arrives',
  size,
  peer: 'ws',
  slow: mebibytes > 100,
  measure: (effort) => measure(mebibytes, effort),
}));
