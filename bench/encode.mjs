// Encoding: messages in, what a socket is to write out, for as many messages as fit 64 KiB at once.

import assert from 'node:assert/strict';
import { Connection, decodeFrames } from 'sansocket';
import { wsSender } from './lib/peers.mjs';
import { CHUNK, payloads, SIZES } from './lib/traffic.mjs';

const cells = [
  ['encode masked text, corked', 'text', true],
  ['encode masked non-ASCII text, corked', 'non-ASCII text', true],
  ['encode masked binary, corked', 'binary', true],
  ['encode unmasked text, corked', 'text', false],
  ['encode unmasked binary, corked', 'binary', false],
].flatMap(([name, kind, masked]) => Object.keys(SIZES).map((size) => ({ name, size, kind, masked })));

function ownSender(masked) {
  const connection = new Connection({ role: masked ? 'client' : 'server' });
  const options = { pooled: true };
  // As ws does it.
  const uncopied = { copy: false };
  return {
    send(data) {
      if (typeof data === 'string') connection.sendText(data);
      else connection.sendBinary(data, uncopied);
    },
    drain: () => connection.dataToSend(options),
  };
}

function sides({ size, kind, masked }) {
  const data = payloads(kind, SIZES[size], CHUNK);
  const sideOf = (lane) => {
    // Equality first.
    for (const payload of data) lane.send(payload, masked);
    const frames = [...decodeFrames(Buffer.concat(lane.drain()))];
    assert.equal(frames.length, data.length);
    for (const [i, frame] of frames.entries()) {
      assert.equal(frame.masked, masked);
      assert.ok(Buffer.from(data[i]).equals(frame.payload), `frame ${i} differs`);
    }
    return {
      steps: 1,
      messages: data.length,
      run() {
        for (let i = 0; i < data.length; i += 1) lane.send(data[i], masked);
        lane.drain();
      },
    };
  };
  return { ours: sideOf(ownSender(masked)), peer: sideOf(wsSender()) };
}

export const workloads = cells.map((cell) => ({ ...cell, peer: 'ws', sides: () => sides(cell) }));
