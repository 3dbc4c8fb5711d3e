// Decoding: chunks of a socket in, messages out, in text as strings.

import assert from 'node:assert/strict';
import { Connection } from 'sansocket';
import { driverReceiver, undiciReceiverOf, wsReceiver } from './lib/peers.mjs';
import { CHUNK, cut, framesOf, payloads, SIZES } from './lib/traffic.mjs';

const limits = { maxMessageSize: 1 << 20 };

/** So many frames that are alone in their chunks are timed at once: the clock takes as long as a few of them. */
const ALONE = 100;

const TRANSIENT = { transient: true };

function takeEvents(connection, take) {
  for (const event of connection.events()) {
    if (event.type === 'text' || event.type === 'binary') take(event.data);
    else throw event.error ?? new Error(`did not expect "${event.type}"`);
  }
}

/** A chunk is fed as it is. */
function ownReceiver(role, take) {
  const connection = new Connection({ role, ...limits });
  return {
    feed(chunk) {
      connection.receiveData(chunk);
      takeEvents(connection, take);
    },
  };
}

/** A chunk is given away: large binary messages are parts of it, as with ws. */
function owningReceiver(role, take) {
  const connection = new Connection({ role, ...limits });
  const options = { owned: true };
  return {
    feed(chunk) {
      connection.receiveData(chunk, options);
      takeEvents(connection, take);
    },
  };
}

/** Messages are views of memory of the codec, and done with before the next call. */
function viewingReceiver(role, take) {
  const connection = new Connection({ role, ...limits });
  return {
    feed(chunk) {
      connection.receiveData(chunk, TRANSIENT);
      takeEvents(connection, take);
    },
  };
}

/** The transport reads into memory of the codec. */
const reservingReceiver = (options) => (role, take) => {
  const connection = new Connection({ role, ...limits });
  return {
    read: (chunk) => connection.reserve(CHUNK).set(chunk),
    feed(chunk) {
      connection.commit(chunk.length, options);
      takeEvents(connection, take);
    },
  };
};

/** What the table of goals has, and others that can be driven. */
const cells = [
  ...rows('decode masked text', { kind: 'text', masked: true }),
  ...rows('decode masked non-ASCII text', { kind: 'non-ASCII text', masked: true }),
  ...rows('decode unmasked text', { kind: 'text' }),
  ...rows('decode masked text, reserve and commit', { kind: 'text', masked: true, receiver: reservingReceiver() }),
  ...rows('decode masked binary, copied', { kind: 'binary', masked: true }),
  ...rows('decode masked binary, in the chunk', { kind: 'binary', masked: true, receiver: owningReceiver }),
  ...rows('decode masked binary, transient view', { kind: 'binary', masked: true, receiver: viewingReceiver }),
  ...rows('decode masked binary, reserve and commit', { kind: 'binary', masked: true, receiver: reservingReceiver() }),
  ...rows('decode masked binary, reserve and commit, transient view', {
    kind: 'binary',
    masked: true,
    receiver: reservingReceiver(TRANSIENT),
  }),
  ...rows('decode unmasked binary, copied', { kind: 'binary' }),
  ...rows('decode unmasked binary, in the chunk', { kind: 'binary', receiver: owningReceiver }),
  ...rows('frames of 4 KiB, masked binary', { kind: 'binary', masked: true, part: 4096 }, ['16 KiB', '1 MiB']),
  ...rows('one masked text frame per chunk', { kind: 'text', masked: true, alone: true }, ['16 B', '125 B', '1 KiB']),
  ...rows('decode unmasked text', { kind: 'text', peer: 'undici' }),
  ...rows('decode unmasked binary', { kind: 'binary', peer: 'undici' }),
  ...rows('decode masked text', { kind: 'text', masked: true, peer: 'websocket-driver' }),
  ...rows('byte by byte, masked text', { kind: 'text', masked: true, drip: true }, ['125 B', '16 KiB']),
  ...rows('1000 connections in turn, masked text', { kind: 'text', masked: true, alone: true, many: 1000 }, [
    '16 B',
    '125 B',
    '1 KiB',
  ]),
];

function rows(name, cell, sizes = Object.keys(SIZES)) {
  return sizes.map((size) => ({ name, size, peer: 'ws', receiver: ownReceiver, ...cell }));
}

const peers = {
  ws: wsReceiver,
  undici: (_, take) => undiciReceiverOf(take),
  'websocket-driver': driverReceiver,
};

/** Both sides of a cell get the same memory, filled anew before each step, since some unmask in it. */
function sides({ size, peer, kind, masked = false, part, receiver, alone, drip, many = 1 }) {
  const bytes = SIZES[size];
  const data = payloads(kind, bytes, alone ? Math.max(many, ALONE) * (bytes + 8) : drip ? 4 * (bytes + 8) : undefined);
  const frames = framesOf(data, masked, part);
  const single = alone || drip;
  const chunks = alone ? frames : cut(frames, drip ? 1 : CHUNK);
  const memory = chunks.map((chunk) => Buffer.allocUnsafeSlow(chunk.length));
  const role = masked ? 'server' : 'client';
  let received = [];
  let taken = 0;
  const keep = (message) => received.push(message);
  const count = (message) => {
    taken += message.length;
  };

  const sideOf = (make) => {
    const lanes = (take) => Array.from({ length: many }, () => make(role, take));
    // Equality first. Whoever unmasks in the caller's chunk has to be looked at before the next.
    const copy = (message) => keep(typeof message === 'string' ? message : Buffer.from(message));
    const checked = lanes(copy);
    received = [];
    for (let i = 0; i < chunks.length; i += 1) {
      const lane = checked[i % many];
      memory[i].set(chunks[i]);
      lane.read?.(memory[i]);
      lane.feed(memory[i]);
    }
    assert.equal(received.length, data.length);
    for (const [i, message] of received.entries()) {
      if (typeof message === 'string') assert.equal(message, data[i]);
      else assert.ok(message.equals(data[i]), `message ${i} differs`);
    }
    const timed = lanes(count);
    if (single || many > 1) {
      return {
        steps: 1,
        messages: data.length,
        before() {
          for (let i = 0; i < chunks.length; i += 1) memory[i].set(chunks[i]);
        },
        run() {
          for (let i = 0; i < memory.length; i += 1) timed[i % many].feed(memory[i]);
        },
      };
    }
    const [lane] = timed;
    return {
      steps: chunks.length,
      messages: data.length,
      before(i) {
        memory[i].set(chunks[i]);
        lane.read?.(memory[i]);
      },
      run: (i) => {
        lane.feed(memory[i]);
      },
    };
  };
  const result = { ours: sideOf(receiver), peer: sideOf(peers[peer]) };
  assert.ok(taken === 0);
  return result;
}

export const workloads = cells.map((cell) => ({
  name: cell.name,
  size: cell.size,
  peer: cell.peer,
  sides: () => sides(cell),
}));
