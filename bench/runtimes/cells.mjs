// What is measured on every runtime: the language, the web platform, and the package.

import { messages } from '../lib/messages.mjs';

const CHUNK = 65_536;

/** Slices are long enough for a clock of a millisecond, and many, since some are interrupted. */
const MILLISECONDS = 20;
const SLICES = 15;

/** How often a burst is sent; the first warms up. */
const BURSTS = 6;

/** Messages that the platform's WebSocket is sent in one go. */
export const BURST = 20_000;
export const BURST_SIZE = 125;

const decoder = new TextDecoder();
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const kinds = {
  text: (bytes) => decoder.decode(bytes),
  'non-ASCII text': ({ length }) => 'Привет, 日本語 😀 naïve '.repeat(length).slice(0, length / 2),
  binary: (bytes) => bytes.map((byte, i) => byte * 31 + i),
};

/** Payloads that fill a chunk. */
function payloads(kind, size) {
  const count = Math.max(1, Math.floor(CHUNK / (size + 14)));
  const all = messages(size, Math.min(count, 32)).map(kinds[kind]);
  return Array.from({ length: count }, (_, i) => all[i % all.length]);
}

function joined(parts) {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Nanoseconds of a message, and as a ratio of what a peer takes in neighbouring slices if there is one. */
function time(ours, peer, count) {
  const slice = (run, times) => {
    const start = performance.now();
    for (let i = 0; i < times; i += 1) run();
    return performance.now() - start;
  };
  const calibrated = (run) => {
    for (let times = 1; ; times *= 2) {
      // An interruption is no reason to stop.
      const taken = Math.min(slice(run, times), slice(run, times));
      if (taken > MILLISECONDS / 4) return Math.max(1, Math.round((times * MILLISECONDS) / taken));
    }
  };
  const sides = (peer ? [ours, peer] : [ours]).map((run) => ({ run, times: calibrated(run) }));
  const slices = Array.from({ length: SLICES }, () =>
    sides.map(({ run, times }) => (slice(run, times) * 1e6) / (times * count)),
  );
  const ns = sides.map((_, side) => median(slices.map((each) => each[side])));
  return { ours_ns: ns[0], peer_ns: ns[1], ratio: peer && median(slices.map(([us, them]) => them / us)) };
}

function check(received, expected) {
  const same = (a, b) =>
    typeof a === 'string' ? a === b : a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (received.length !== expected.length || !received.every((one, i) => same(one, expected[i])))
    throw new Error('what came out is not what went in');
}

/** How a copy of the package decodes: a function that takes chunks. */
export const decoderOf =
  ({ Connection }) =>
  (role, take) => {
    const connection = new Connection({ role });
    return (chunk) => {
      connection.receiveData(chunk);
      for (const event of connection.events()) take(event.data);
    };
  };

/** How it encodes: a function that takes messages and gives what is to be written. */
export const encoderOf =
  ({ Connection }) =>
  (masked) => {
    const connection = new Connection({ role: masked ? 'client' : 'server' });
    return (messages) => {
      for (const message of messages) {
        if (typeof message === 'string') connection.sendText(message);
        else connection.sendBinary(message);
      }
      return connection.dataToSend({ pooled: true });
    };
  };

/** Decodes a chunk over and over. */
function decode(api, peer, { kind, size, masked }) {
  const data = payloads(kind, size);
  const opcode = kind === 'binary' ? 2 : 1;
  const chunk = joined(data.map((payload) => api.encodeFrame({ opcode, payload, masked })));
  // Filled anew each time: some unmask in it.
  const memory = new Uint8Array(chunk.length);
  let take;
  const lanes = [decoderOf(api), ...(peer?.decode ? [peer.decode] : [])].map((make) => {
    const feed = make(masked ? 'server' : 'client', (message) => take(message));
    return () => {
      memory.set(chunk);
      feed(memory);
    };
  });
  for (const lane of lanes) {
    const received = [];
    take = (message) => received.push(typeof message === 'string' ? message : Uint8Array.from(message));
    lane();
    check(received, data);
  }
  take = ({ length }) => {
    if (length === 0) throw new Error('a message is empty');
  };
  return time(lanes[0], lanes[1], data.length);
}

/** Encodes a chunk over and over. */
function encode(api, peer, { kind, size, masked }) {
  const data = payloads(kind, size);
  const lanes = [encoderOf(api), ...(peer?.encode ? [peer.encode] : [])].map((make) => {
    const send = make(masked);
    return () => send(data);
  });
  for (const lane of lanes) {
    const payloads = [...api.decodeFrames(joined(lane()))].map(({ payload }) => payload);
    check(kind === 'binary' ? payloads : payloads.map((payload) => decoder.decode(payload)), data);
  }
  return time(lanes[0], lanes[1], data.length);
}

const cells = [
  ['decode', { kind: 'text', size: 125, masked: false }],
  ['decode', { kind: 'text', size: 125, masked: true }],
  ['decode', { kind: 'text', size: 16_384, masked: true }],
  ['decode', { kind: 'non-ASCII text', size: 1024, masked: true }],
  ['decode', { kind: 'binary', size: 125, masked: true }],
  ['decode', { kind: 'binary', size: 16_384, masked: true }],
  ['encode', { kind: 'text', size: 125, masked: true }],
  ['encode', { kind: 'binary', size: 16_384, masked: true }],
];

const label = (what, { kind, size, masked }) =>
  `${what} ${masked ? 'masked' : 'unmasked'} ${kind}, ${size < 1024 ? `${size} B` : `${size / 1024} KiB`}`;

/**
 * Nanoseconds for a message that the platform's own WebSocket receives over the loopback interface, in a burst: network,
 * decoding, and an event for each.
 */
async function platform(url) {
  const burst = () =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      let count = 0;
      let start;
      socket.onerror = () => reject(new Error(`no connection to ${url}`));
      socket.onopen = () => {
        start = performance.now();
        socket.send('burst');
      };
      socket.onmessage = ({ data }) => {
        if (data.length !== BURST_SIZE) return reject(new Error(`a message of ${data.length}`));
        count += 1;
        if (count < BURST) return;
        socket.close();
        resolve(((performance.now() - start) * 1e6) / BURST);
      };
    });
  const times = [];
  for (let i = 0; i < BURSTS; i += 1) times.push(await burst());
  return median(times.slice(1));
}

/** Measures the codec. `peer`: what else decodes and encodes, where there is something. */
export function measureCodec(api, peer) {
  return cells.map(([what, cell]) => ({
    name: label(what, cell),
    ...(what === 'decode' ? decode(api, peer, cell) : encode(api, peer, cell)),
  }));
}

/** Measures everything. `url`: of a server that sends bursts. */
export async function measure(api, peer, url) {
  await api.init();
  const results = measureCodec(api, peer);
  const hasWebSocket = typeof WebSocket === 'function';
  return { results, platform_ns: hasWebSocket ? await platform(url) : undefined };
}
