// Encoding: messages in, what a socket is to write out, for as many messages as fit 64 KiB at once.

import assert from 'node:assert/strict';
import { Connection, decodeFrames } from 'sansocket';
import { driverSender, undiciSender, wsSender } from './lib/peers.mjs';
import { CHUNK, partsOf, payloads, SIZES } from './lib/traffic.mjs';

const PART = 4096;

const rows = (name, cell, sizes = Object.keys(SIZES)) => sizes.map((size) => ({ name, size, peer: 'ws', ...cell }));

const cells = [
  ...rows('encode masked text, corked', { kind: 'text', masked: true }),
  ...rows('encode masked non-ASCII text, corked', { kind: 'non-ASCII text', masked: true }),
  ...rows('encode masked binary, corked', { kind: 'binary', masked: true }),
  ...rows('encode masked binary, corked, given away', { kind: 'binary', masked: true, owned: true }),
  ...rows('encode unmasked text, corked', { kind: 'text' }),
  ...rows('encode unmasked binary, corked', { kind: 'binary' }),
  ...rows('send in parts of 4 KiB, unmasked binary', { kind: 'binary', part: PART }, ['16 KiB', '1 MiB']),
  ...rows('encode masked text, corked', { kind: 'text', masked: true, peer: 'undici' }),
  ...rows('encode masked text, corked', { kind: 'text', masked: true, peer: 'websocket-driver' }),
];

function ownSender(masked, owned) {
  const connection = new Connection({ role: masked ? 'client' : 'server' });
  const options = { pooled: true };
  // As ws does it, unless the data are given away.
  const use = owned ? { owned } : { copy: false };
  // Objects of one shape: to spread them anew for each part takes V8 longer than the part.
  const parts = [true, false].map((fin) => ({ ...use, fin }));
  let continued = false;
  return {
    send(data, fin = true) {
      if (continued) connection.sendContinuation(data, parts[fin ? 0 : 1]);
      else if (typeof data === 'string') connection.sendText(data);
      else connection.sendBinary(data, parts[fin ? 0 : 1]);
      continued = !fin;
    },
    drain: () => connection.dataToSend(options),
  };
}

const peers = { ws: wsSender, undici: undiciSender, 'websocket-driver': driverSender };

function sides({ size, kind, peer, masked = false, part, owned = false }) {
  const messages = payloads(kind, SIZES[size], CHUNK);
  const data =
    part === undefined
      ? messages.map((data) => ({ data, last: true }))
      : messages.flatMap((message) => partsOf(message, part));
  const sideOf = (lane) => {
    // Equality first.
    for (const { data: payload, last } of data) lane.send(owned ? Buffer.from(payload) : payload, last);
    const frames = [...decodeFrames(Buffer.concat(lane.drain()))];
    assert.equal(frames.length, data.length);
    for (const [i, frame] of frames.entries()) {
      assert.equal(frame.masked, masked);
      assert.equal(frame.fin, data[i].last);
      assert.ok(Buffer.from(data[i].data).equals(frame.payload), `frame ${i} differs`);
    }
    return {
      steps: 1,
      messages: messages.length,
      run() {
        for (let i = 0; i < data.length; i += 1) lane.send(data[i].data, data[i].last);
        lane.drain();
      },
    };
  };
  return { ours: sideOf(ownSender(masked, owned)), peer: sideOf(peers[peer](masked)) };
}

export const workloads = cells.map((cell) => ({ ...cell, sides: () => sides(cell) }));
