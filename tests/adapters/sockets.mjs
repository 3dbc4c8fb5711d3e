// What a WebSocket does over every transport, as functions that run on any runtime: they throw if it does not.

import { acceptStream } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';

const limits = { maxMessageSize: 16 << 20 };
const common = { perMessageDeflate: true, limits };
const LARGE = 5 << 20;

function expect(fact, message) {
  if (!fact) throw new Error(message);
}

const same = (value, expected, what) => {
  const text = JSON.stringify(value);
  expect(text === JSON.stringify(expected), `${what} is ${text}`);
};

/** The peer of the checks: answers, and closes when it is told to. */
export function serve(transport) {
  const socket = acceptStream(transport, { origins: 'any', protocols: ['chat'], ...common });
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    if (data === 'bye') socket.close(4000, 'as you wish');
    else socket.send(data);
  });
  return new Promise((resolve) => {
    socket.addEventListener('close', ({ code, reason, wasClean }) => resolve({ code, reason, wasClean }));
  });
}

async function opened(transport, options) {
  const socket = new (createWebSocketClass(() => transport, { ...common, ...options }))('ws://peer.test/room', 'chat');
  socket.binaryType = 'arraybuffer';
  const ended = new Promise((resolve) => {
    let failure;
    socket.addEventListener('error', ({ error }) => {
      failure = error;
    });
    socket.addEventListener('close', ({ code, reason, wasClean }) =>
      resolve({ code, reason, wasClean, error: failure?.message }),
    );
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', ({ error }) => reject(error));
  });
  return { socket, ended };
}

const next = (socket) => new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }));

/**
 * Checks of a client over `near`, whose peer is {@link serve}. `lose()` lets the peer be gone; `traits.lossSeen` is false where
 * the platform does not tell of it.
 */
export const socketChecks = {
  async 'messages of all sizes there and back, compressed'({ near }) {
    const { socket, ended } = await opened(near);
    same([socket.protocol, socket.url], ['chat', 'ws://peer.test/room'], 'what was agreed');
    expect(socket.extensions.startsWith('permessage-deflate'), `the extensions are ${socket.extensions}`);
    for (const text of ['', 'Grüße', 'x'.repeat(70_000)]) {
      socket.send(text);
      const { data } = await next(socket);
      expect(data === text, `${data.length} characters came back for ${text.length}`);
    }
    // Larger than any window on the way, and of bytes that do not compress.
    const bytes = Uint8Array.from({ length: LARGE }, (_, at) => Math.imul(at, 0x9e3779b1) >>> 24);
    socket.send(bytes);
    expect(socket.bufferedAmount >= LARGE, `bufferedAmount is ${socket.bufferedAmount}`);
    const { data } = await next(socket);
    const back = new Uint8Array(data);
    expect(back.length === LARGE && back.every((byte, at) => byte === bytes[at]), 'the bytes have changed');
    // An answer may come before the transport tells that it has taken the question.
    while (socket.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve));
    socket.close(4001, 'enough');
    const { code, wasClean, error } = await ended;
    same([code, wasClean, error], [4001, true, undefined], 'the end');
  },

  async 'the peer closes'({ near }) {
    const { socket, ended } = await opened(near);
    socket.send('bye');
    same(await ended, { code: 4000, reason: 'as you wish', wasClean: true }, 'the end');
  },

  async 'a peer that is gone'({ near, lose, traits }) {
    const { ended } = await opened(near, traits.lossSeen === false ? { pingInterval: 50, pongTimeout: 200 } : {});
    await lose();
    const { code, reason, wasClean, error } = await ended;
    same([code, reason, wasClean], [1006, '', false], 'the end');
    expect(typeof error === 'string' && error.length > 0, 'there is no error');
  },
};
