// The scenarios, with how much of each is quick, and how much is a soak.

import {
  afterClose,
  connections,
  departuresAtEveryByte,
  desertionsAtEveryByte,
  growingInABatch,
  messages,
  neverReading,
  slowReading,
  vanishing,
} from './scenarios.mjs';

export const scenarios = [
  { name: 'connections opened and closed', run: connections, quick: 400, full: 10_000 },
  { name: 'messages there and back', run: messages, quick: 50_000, full: 10_000_000 },
  { name: 'peers that leave after each byte of their life', run: departuresAtEveryByte, quick: 1, full: 5 },
  { name: 'servers that leave after each byte of theirs', run: desertionsAtEveryByte, quick: 1, full: 5 },
  { name: 'peers that vanish', run: vanishing, quick: 50, full: 500 },
  { name: 'a peer that never reads', run: neverReading, quick: 32, full: 60 },
  { name: 'a peer that reads slowly', run: slowReading, quick: 16, full: 512 },
  { name: 'bytes behind a Close', run: afterClose, quick: 16, full: 1024 },
  { name: 'memory that grows in the middle of a batch', run: growingInABatch, quick: 8, full: 64 },
];
