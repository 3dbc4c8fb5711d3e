// What the engine says about a capture, in the words of dissect.mjs.

import { Instance } from '../inspector/support/instance.mjs';

const instance = new Instance();

/** The frames by stream and port; `packets` tells those of each packet. */
export function framesOf(capture, packets) {
  const all = records(capture, ['frame', 'message']);
  const ended = new Map();
  for (const { type, frames, payload } of all) if (type === 'message') ended.set(frames.at(-1), payload);
  const found = new Map();
  for (const frame of all.filter(({ type }) => type === 'frame')) {
    const from = packets.get(frame.off.packet);
    const { n, op: opcode, fin, masked, len, payload } = frame;
    const rsv = Number.parseInt(frame.rsv.join(''), 2);
    const isFragment = opcode < 8 && !fin;
    const bytes = isFragment ? '' : hex(ended.get(n) ?? payload);
    found.set(from, [...(found.get(from) ?? []), { opcode, fin, rsv, masked, length: String(len), payload: bytes }]);
  }
  return found;
}

function records(capture, types) {
  const lines = instance
    .read(capture, { options: { records: types } })
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

const hex = ({ text, base64 }) => Buffer.from(text ?? base64, text === undefined ? 'base64' : 'utf8').toString('hex');
