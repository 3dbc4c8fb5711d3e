// What two peers say to each other, step by step: each is taken once the one before has arrived, as the receiver tells.
// The result is the truth about a connection, with no word of whoever captured it.

import assert from 'node:assert/strict';

const opposite = { client: 'server', server: 'client' };
const direction = { client: 'c2s', server: 's2c' };

/** A text that is short to write down: `{ repeat, times }`. */
export const expanded = (value) => (typeof value === 'string' ? value : value.repeat.repeat(value.times));

/**
 * Takes the steps and resolves to the truth: `{ path, subprotocol, compressed, c2s: [], s2c: [], closed }`. An element of
 * a direction is one of
 * - `{ text }`, `{ base64 }`: a message. With `fragments` those that it was sent in.
 * - `{ ping }`, `{ pong }`: a control frame that the one who pinged knows of.
 * - `{ close: [code, reason] }`: either side's.
 *
 * A step has one of these, or `destroy`, and `by`: `client` or `server`. `closed` is false if nobody sent a Close.
 */
export async function converse(path, peers, steps) {
  const truth = { path, ...peers.client.facts, c2s: [], s2c: [], closed: false };
  for (const { by, ...step } of steps) {
    const [sender, receiver] = [peers[by], peers[opposite[by]]];
    const tell = (side, item) => truth[direction[side]].push(item);
    const received = async (peer, item) => assert.deepEqual(await peer.next(), item);
    if (step.text?.repeat) await sender.do({ text: expanded(step.text) });
    else await sender.do(step);
    if (step.text !== undefined) {
      await received(receiver, { text: expanded(step.text) });
      tell(by, { text: step.text });
    } else if (step.base64 !== undefined) {
      await received(receiver, { base64: step.base64 });
      tell(by, { base64: step.base64 });
    } else if (step.fragments) {
      const text = step.fragments.join('');
      await received(receiver, { text });
      tell(by, { text, fragments: step.fragments });
    }
    const ping = step.ping ?? step.pingInside;
    if (ping !== undefined) {
      await received(sender, { pong: ping });
      tell(by, { ping });
      tell(opposite[by], { pong: ping });
    }
    if (step.pong !== undefined) {
      if (receiver.tellsPongs) await received(receiver, { pong: step.pong });
      tell(by, { pong: step.pong });
    }
    if (step.close) {
      const [code = 1005, reason = ''] = step.close;
      await received(receiver, { close: [code, reason] });
      // Whoever closes is told what the other one answered, or what it said itself.
      await received(sender, { close: [code, reason] });
      tell(by, { close: [code, reason] });
      tell(opposite[by], { close: [code, reason] });
      truth.closed = true;
    }
    if (step.destroy) {
      await received(receiver, { close: [1006, ''] });
      await received(sender, { close: [1006, ''] });
    }
  }
  return truth;
}
