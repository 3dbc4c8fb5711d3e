// permessage-deflate against others, message by message: node bench/deflate.mjs [--quick] [--json FILE] [--levels]
//
// What is timed here goes through a whole connection: the frame is parsed, the event made, the output framed. Of ws it is
// its PerMessageDeflate alone, of Node's zlib the call.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Connection, encodeFrame } from 'sansocket';
import { compare, effort, printTable, time } from './lib/compare.mjs';
import { wsLane, zlibLane } from './lib/deflate-peers.mjs';
import { messages, SIZES } from './lib/messages.mjs';

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, levels: { type: 'boolean' } },
});
const measure = effort(values.quick);

/** One end of a connection as a lane. */
function ourLane({ takeover, level }) {
  const options = {
    serverNoContextTakeover: !takeover,
    clientNoContextTakeover: !takeover,
    threshold: 0,
    level,
  };
  const receiver = new Connection({ role: 'client', perMessageDeflate: options });
  const sender = new Connection({ role: 'server', perMessageDeflate: options });
  return {
    /** Takes a whole frame. */
    inflate(frame) {
      receiver.receiveData(frame);
      return receiver.events().next().value.data;
    },
    /** Gives a whole frame. */
    compress(bytes) {
      sender.sendBinary(bytes);
      return sender.dataToSend()[0];
    },
  };
}

/** Bytes of the header of an unmasked frame. */
const headerOf = (frame) => ({ 126: 4, 127: 10 })[frame[1]] ?? 2;

/** Work that goes on in `lanes` at once, on one item after the other. */
function inLanes(lanes, items, method) {
  const at = lanes.map(() => 0);
  return async (count) => {
    const each = Math.ceil(count / lanes.length);
    await Promise.all(
      lanes.map(async (lane, l) => {
        for (let i = 0; i < each; i += 1) {
          await lane[method](items[at[l]]);
          at[l] = (at[l] + 1) % items.length;
        }
      }),
    );
    return each * lanes.length;
  };
}

/** The same without waiting, for what is synchronous. */
function inLanesSync(lanes, items, method) {
  const at = lanes.map(() => 0);
  return (count) => {
    const each = Math.ceil(count / lanes.length);
    for (let i = 0; i < each; i += 1) {
      for (let l = 0; l < lanes.length; l += 1) {
        lanes[l][method](items[at[l]]);
        at[l] = (at[l] + 1) % items.length;
      }
    }
    return each * lanes.length;
  };
}

const several = (count, make) => Array.from({ length: count }, make);

/** The peers: how many connections at once, and how they work. */
const PEERS = {
  ws: { lane: wsLane, lanes: 1, run: inLanes },
  'ws, ten in flight': { lane: wsLane, lanes: 10, run: inLanes },
  'zlib, sync': { lane: zlibLane, lanes: 1, run: inLanesSync },
};

async function workload(direction, takeover, label, peerName) {
  const settings = { takeover, level: 6 };
  const [size, count] = SIZES[label];
  const texts = messages(size, count);
  const compressor = zlibLane(settings);
  const payloads = texts.map((text) => compressor.compress(text));
  const framed = payloads.map((payload) => encodeFrame({ opcode: 2, rsv1: true, payload }));
  const { lane, lanes, run } = PEERS[peerName];

  // Equality first: what goes in comes out, by both.
  const [we, they, check] = [ourLane(settings), lane(settings), zlibLane(settings)];
  const [checkOurs, checkTheirs] = [ourLane(settings), zlibLane(settings)];
  for (const [i, text] of texts.entries()) {
    if (direction === 'inflate') {
      assert.deepEqual(Buffer.from(we.inflate(framed[i])), Buffer.from(text));
      assert.deepEqual(Buffer.from(await they.inflate(payloads[i])), Buffer.from(text));
    } else {
      const frame = we.compress(text);
      assert.deepEqual(Buffer.from(check.inflate(frame.subarray(headerOf(frame)))), Buffer.from(text));
      const payload = await they.compress(text);
      const back = checkOurs.inflate(encodeFrame({ opcode: 2, rsv1: true, payload }));
      assert.deepEqual(Buffer.from(back), Buffer.from(text));
      assert.deepEqual(Buffer.from(checkTheirs.inflate(payload)), Buffer.from(text));
    }
  }

  const inflates = direction === 'inflate';
  const ours = inLanesSync(
    several(lanes, () => ourLane(settings)),
    inflates ? framed : texts,
    direction,
  );
  const theirs = run(
    several(lanes, () => lane(settings)),
    inflates ? payloads : texts,
    direction,
  );
  const result = await compare(ours, theirs, measure);
  return { name: `${direction}, ${takeover ? 'takeover' : 'no takeover'}, ${peerName}`, size: label, ...result };
}

/** What each level costs and saves. */
async function levels() {
  const rows = [];
  for (const takeover of [true, false]) {
    for (const [label, [size, count]] of Object.entries(SIZES)) {
      const texts = messages(size, count);
      const plain = texts.length * size;
      for (const level of [1, 2, 3, 4, 6, 9]) {
        const lane = ourLane({ takeover, level });
        const bytes = texts.reduce((sum, text) => sum + lane.compress(text).length, 0);
        const ns = await time(inLanesSync([lane], texts, 'compress'), measure);
        rows.push({
          takeover,
          size: label,
          level,
          µs: (ns / 1000).toFixed(1),
          'of the size': `${((100 * bytes) / plain).toFixed(1)} %`,
        });
      }
    }
  }
  return rows;
}

if (values.levels) printTable(await levels());
else {
  const results = [];
  for (const direction of ['inflate', 'compress']) {
    for (const takeover of [true, false]) {
      for (const peer of Object.keys(PEERS)) {
        for (const label of Object.keys(SIZES)) results.push(await workload(direction, takeover, label, peer));
      }
    }
  }
  const µs = (ns) => (ns / 1000).toFixed(1);
  printTable(
    results.map(({ name, size, ratio, cpu, ours_ns, peer_ns }) => ({
      name,
      size,
      ratio: ratio.toFixed(2),
      'of CPU time': cpu.toFixed(2),
      'ours, µs': µs(ours_ns),
      'peer, µs': µs(peer_ns),
    })),
  );
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}
