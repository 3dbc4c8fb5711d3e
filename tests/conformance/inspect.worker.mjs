// Makes a capture of what a tap heard and reads it with the engine: in a thread of its own, since the tap may keep nobody waiting.

import { parentPort } from 'node:worker_threads';
import { Conversation, pcap } from '../captures/lib.mjs';
import { Instance } from '../inspector/support/instance.mjs';

/** As much as fits into a packet. */
const MSS = 60_000;

const instance = new Instance();

parentPort.on('message', ({ said, index }) => {
  const options = { records: ['handshake', 'violation'] };
  const lines = instance
    .read(captureOf(said), { options, chunk: 1 << 20 })
    .split('\n')
    .filter(Boolean);
  const records = lines.map((line) => JSON.parse(line));
  const handshake = records.find(({ type }) => type === 'handshake');
  const findings = records.filter(({ type, level }) => type === 'violation' && level !== 'note');
  parentPort.postMessage({ index, handshake, findings });
});

function captureOf(said) {
  const talk = new Conversation({ mss: MSS }).open();
  for (const [side, what] of said) {
    if (what === 'end') talk.finish(side);
    else if (what === 'reset') talk.reset(side);
    else talk[side](what);
  }
  return pcap(talk.packets);
}
