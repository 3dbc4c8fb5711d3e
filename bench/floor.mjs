// What the strings and the events of short texts take when nothing is decoded: node bench/floor.mjs [--quick]
//
// It is what no codec can do without, on this engine: the strings of a chunk, made of 4 KiB at a time, which is the fastest
// way to many short ones, cut up, and an object for each. How many times as long ws takes is the most that any could be ahead.

import { parseArgs } from 'node:util';
import { workloads } from './decode.mjs';
import { compare, effort, printTable } from './lib/compare.mjs';
import { ns } from './lib/figures.mjs';
import { CHUNK, payloads, SIZES } from './lib/traffic.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });

/** A string is made of so many bytes at once. */
const GROUP = 4096;

class TextEvent {
  constructor(data) {
    this.type = 'text';
    this.data = data;
  }
}

/** Chunks of texts of `size` bytes with nothing between them. */
function floorOf(size) {
  const perGroup = Math.floor(GROUP / size);
  const perChunk = Math.floor(CHUNK / size);
  const chunk = Buffer.from(payloads('text', size, perChunk * (size + 8)).join(''), 'latin1');
  let taken = 0;
  return {
    steps: 1,
    messages: chunk.length / size,
    run() {
      const events = new Array(chunk.length / size);
      let count = 0;
      for (let at = 0; at < chunk.length; at += perGroup * size) {
        const text = chunk.latin1Slice(at, Math.min(at + perGroup * size, chunk.length));
        for (let start = 0; start < text.length; start += size) {
          events[count] = new TextEvent(text.slice(start, start + size));
          count += 1;
        }
      }
      for (const event of events) if (event.type === 'text') taken += event.data.length;
      if (taken === 0) throw new Error('nothing was taken');
    },
  };
}

const rows = [];
for (const name of ['16 B', '125 B', '1 KiB']) {
  const decoding = workloads.find((it) => it.name === 'decode masked text' && it.size === name && it.peer === 'ws');
  const { ours, peer } = await decoding.sides();
  const floor = floorOf(SIZES[name]);
  const [us, ws] = [await compare(floor, ours, effort(values.quick)), await compare(floor, peer, effort(values.quick))];
  rows.push({
    'masked text': name,
    floor: ns(us.ours_ns),
    ours: ns(us.peer_ns),
    ws: ns(ws.peer_ns),
    'ours, times the floor': us.ratio.toFixed(2),
    'ws, times the floor': ws.ratio.toFixed(1),
  });
}
printTable(rows);
