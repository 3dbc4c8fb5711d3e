// Inside of a page: the checks over what a browser has. Each function is called by the tests and gives a list of outcomes.

import { fromDataChannel, fromMessagePort } from 'sansocket/adapters';
import { bytesFrom, echo, echoChecks, outcomes, pairChecks } from '../adapters/checks.mjs';
import { serve, socketChecks } from '../adapters/sockets.mjs';
import { answering, channelPair, offering } from './rtc.mjs';

/** Two transports as a transport and the peer of a WebSocket. */
const served = (open) => async () => {
  const { near, far, ...more } = await open();
  serve(far);
  return { near, ...more };
};

const portPair = () => {
  const { port1, port2 } = new MessageChannel();
  const release = () => {
    port1.close();
    port2.close();
  };
  return { near: fromMessagePort(port1), far: fromMessagePort(port2), lose: () => port2.close(), release };
};

const startWorker = (name) => () => {
  const worker = new Worker('worker.js', { type: 'module', name });
  const end = () => worker.terminate();
  return { near: fromMessagePort(worker), lose: end, release: end };
};

const transformPair = () => {
  const [there, back] = [new TransformStream(), new TransformStream()];
  const far = { readable: there.readable, writable: back.writable };
  return {
    near: { readable: back.readable, writable: there.writable },
    far,
  };
};

/** What a channel does not have. Its close is all that the peer sees of an abort. */
const channelTraits = { halfClose: false, backpressure: false, reset: false };

/** The ends in this page of what goes between two. */
const open = {};

globalThis.checks = {
  messagePorts: () => outcomes(pairChecks, portPair),
  messagePortSockets: () => outcomes(socketChecks, served(portPair), { lossSeen: false }),
  worker: () => outcomes(echoChecks, startWorker('echo')),
  // A page is not told that its worker was ended.
  workerSockets: () => outcomes(socketChecks, startWorker('server'), { lossSeen: false }),
  // Each direction is alone, and holds nothing; a chunk is what was written.
  transforms: () => outcomes(pairChecks, transformPair, { abort: false, buffers: false, ownMemory: false }),
  transformSockets() {
    const { 'a peer that is gone': _, ...checks } = socketChecks;
    return outcomes(checks, served(transformPair));
  },
  dataChannels: () => outcomes(pairChecks, () => channelPair(fromDataChannel), channelTraits),
  dataChannelSockets: () =>
    outcomes(
      socketChecks,
      served(() => channelPair(fromDataChannel)),
    ),
  dataChannelsThemselves: () => outcomes(channelChecks, channelEnds),
};

/** Channels without the adapter. */
const channelEnds = async () => {
  const { near, far, release } = await channelPair((channel) => channel);
  while (near.readyState !== 'open') await new Promise((resolve) => setTimeout(resolve));
  return { near, far, release };
};

async function failure(run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}

const channelChecks = {
  async 'a writer waits for the channel, and no more is in it than the mark'({ near, far }) {
    const highWaterMark = 100_000;
    const chunkSize = 10_000;
    const total = 3_000_000;
    const { writable } = fromDataChannel(near, { highWaterMark, chunkSize });
    const reader = fromDataChannel(far).readable.getReader();
    let largest = 0;
    const send = near.send.bind(near);
    near.send = (bytes) => {
      if (bytes.byteLength > chunkSize) throw new Error(`a message of ${bytes.byteLength} bytes`);
      send(bytes);
      largest = Math.max(largest, near.bufferedAmount);
    };
    const writing = writable.getWriter().write(bytesFrom(0, total));
    for (let position = 0; position < total; ) position += (await reader.read()).value.length;
    await writing;
    if (largest > highWaterMark + chunkSize) throw new Error(`${largest} bytes were in the channel`);
    if (largest <= chunkSize) throw new Error('nothing ever waited');
  },

  async 'more than may wait is a loss at both ends'({ near, far }) {
    const { writable } = fromDataChannel(near);
    const { readable } = fromDataChannel(far, { maxPendingBytes: 100_000 });
    const writer = writable.getWriter();
    const lost = failure(async () => {
      for (;;) await writer.write(new Uint8Array(50_000));
    });
    while (far.readyState === 'open') await new Promise((resolve) => setTimeout(resolve));
    const reader = readable.getReader();
    const error = await failure(async () => {
      // What was read before is delivered.
      while (!(await reader.read()).done);
    });
    if (!/bytes wait to be read, more than the 100000 that may/.test(error.message)) throw error;
    await lost;
  },

  async 'text is refused'({ near, far }) {
    const { readable } = fromDataChannel(far);
    near.send('text');
    const error = await failure(() => readable.getReader().read());
    if (!/expected bytes, got a text message/.test(error.message)) throw error;
  },

  async 'what may lose or reorder is refused'() {
    for (const options of [{ ordered: false }, { maxRetransmits: 0 }, { maxPacketLifeTime: 100 }]) {
      const { channel, close } = await offering(options);
      const error = await failure(() => fromDataChannel(channel));
      if (!(error instanceof TypeError)) throw error;
      close();
    }
  },
};

/** One end in this page, the other in another: each step is told by the test. */
globalThis.between = {
  async offer() {
    open.near = await offering();
    return open.near.offer;
  },
  async answer(offer, what) {
    const peer = await answering(offer, (channel) => {
      const transport = fromDataChannel(channel);
      if (what === 'echo') echo(transport);
      else serve(transport);
    });
    open.far = peer;
    return peer.answer;
  },
  async run(answer, suite, name) {
    const { near } = open;
    await near.accept(answer);
    const checks = { echoChecks, socketChecks }[suite];
    const ends = { near: fromDataChannel(near.channel), release: near.close };
    const lose = () => globalThis.loseOther();
    return outcomes({ [name]: checks[name] }, () => ({ ...ends, lose }), channelTraits);
  },
  lose: () => open.far.close(),
};
globalThis.names = { echo: Object.keys(echoChecks), sockets: Object.keys(socketChecks) };
