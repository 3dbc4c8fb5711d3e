// permessage-deflate, message by message. What is timed here goes through a whole connection: the frame is parsed, the event
// made, the output framed. Of ws it is its PerMessageDeflate alone, of Node's zlib the call.

import assert from 'node:assert/strict';
import { Connection, encodeFrame } from 'sansocket';
import { wsLane, zlibLane } from './lib/deflate-peers.mjs';
import { messages, SIZES } from './lib/messages.mjs';

/** One end of a connection as a lane. */
export function ourLane({ takeover, level }) {
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

/** Items that go through `lanes` at once, one after the other: a step is one of each lane. */
export function inLanes(lanes, items, method) {
  let at = 0;
  const one = lanes.length === 1 ? lanes[0] : undefined;
  return {
    steps: 1,
    messages: lanes.length,
    run() {
      const item = items[at];
      at = (at + 1) % items.length;
      if (one === undefined) {
        const results = lanes.map((lane) => lane[method](item));
        return results[0] instanceof Promise ? Promise.all(results) : undefined;
      }
      const result = one[method](item);
      return result instanceof Promise ? result : undefined;
    },
  };
}

/** The peers: how many connections at once, and how they work. */
const PEERS = {
  ws: { lane: wsLane, lanes: 1 },
  'ws, ten in flight': { lane: wsLane, lanes: 10 },
  'zlib, sync': { lane: zlibLane, lanes: 1 },
};

async function sides(direction, takeover, label, peer) {
  const settings = { takeover, level: 6 };
  const [size, count] = SIZES[label];
  const texts = messages(size, count);
  const compressor = zlibLane(settings);
  const payloads = texts.map((text) => compressor.compress(text));
  const framed = payloads.map((payload) => encodeFrame({ opcode: 2, rsv1: true, payload }));
  const { lane, lanes } = PEERS[peer];

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

  const several = (make) => Array.from({ length: lanes }, () => make(settings));
  const inflates = direction === 'inflate';
  return {
    ours: inLanes(several(ourLane), inflates ? framed : texts, direction),
    peer: inLanes(several(lane), inflates ? payloads : texts, direction),
  };
}

export const workloads = ['inflate', 'compress'].flatMap((direction) =>
  [true, false].flatMap((takeover) =>
    Object.keys(PEERS).flatMap((peer) =>
      Object.keys(SIZES).map((size) => ({
        name: `${direction}, ${takeover ? 'takeover' : 'no takeover'}`,
        size,
        peer,
        sides: () => sides(direction, takeover, size, peer),
      })),
    ),
  ),
);
