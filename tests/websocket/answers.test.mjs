// What came before a Close can be answered, in whatever chunks and tasks it came (RFC 6455 §5.5.1).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transportPair } from 'sansocket/adapters';
import { acceptStream } from 'sansocket/server';
import { next, overMemory, Peer, tasks, until, watch } from './support.mjs';

/** Two messages and a Close in one chunk. */
const all = (connection) => {
  connection.sendText('1');
  connection.sendText('2');
  connection.sendClose(4000, 'bye');
};

/** Listeners that answer at once, and listeners that have to wait for something first. */
const listeners = [
  [
    'at once',
    (socket) =>
      ({ data }) =>
        socket.send(`re ${data}`),
  ],
  [
    'after a promise',
    (socket) =>
      async ({ data }) => {
        await Promise.resolve();
        await Promise.resolve();
        socket.send(`re ${data}`);
      },
  ],
];

const ending = { code: 4000, reason: 'bye', wasClean: true, error: undefined };

for (const allowSynchronousEvents of [true, false]) {
  for (const [when, listener] of listeners) {
    const name = `${when}, allowSynchronousEvents ${allowSynchronousEvents}`;

    test(`a client, the answer of the server in the chunk: ${name}`, async () => {
      const { WebSocket, peers } = overMemory({ allowSynchronousEvents });
      const socket = new WebSocket('ws://h/');
      const end = watch(socket);
      socket.onmessage = listener(socket);
      await until(() => peers.length > 0);
      const peer = new Peer(peers[0]);
      await peer.answer(all);
      await peer.event('close');
      await peer.end();
      assert.deepEqual(await end, { ...ending, types: ['open', 'message', 'message', 'close'] });
      assert.deepEqual(peer.log, ['re 1', 're 2', 4000]);
    });

    test(`a client that is open: ${name}`, async () => {
      const { WebSocket, peers } = overMemory({ allowSynchronousEvents, handshake: 'none' });
      const socket = new WebSocket('ws://h/');
      const end = watch(socket);
      socket.onmessage = listener(socket);
      await next(socket, 'open');
      const peer = new Peer(peers[0], { role: 'server' });
      // The end of the transport may come at once, too.
      await Promise.all([peer.send(all), peer.end()]);
      assert.deepEqual(await end, { ...ending, types: ['open', 'message', 'message', 'close'] });
      await peer.ended;
      assert.deepEqual(peer.log, ['re 1', 're 2', 4000]);
    });

    test(`a server: ${name}`, async () => {
      const [near, far] = transportPair();
      const socket = acceptStream(far, { handshake: 'none', allowSynchronousEvents });
      const end = watch(socket);
      socket.onmessage = listener(socket);
      const peer = new Peer(near, { role: 'client' });
      await Promise.all([peer.send(all), peer.end()]);
      assert.deepEqual(await end, { ...ending, types: ['open', 'message', 'message', 'close'] });
      await peer.ended;
      assert.deepEqual(peer.log, ['re 1', 're 2', 4000]);
    });

    test(`before a violation: ${name}`, async () => {
      const [near, far] = transportPair();
      const socket = acceptStream(far, { handshake: 'none', allowSynchronousEvents });
      const end = watch(socket);
      socket.onmessage = listener(socket);
      const peer = new Peer(near, { role: 'client' });
      await peer.send((connection) => connection.sendText('1'));
      await next(socket, 'message');
      // Frames of a client are masked (RFC 6455 §5.1): the last one is not.
      const sent = peer.send((connection) => connection.sendText('2'));
      await Promise.all([sent, peer.write([0x81, 0x01, 0x33])]);
      const { types, error } = await end;
      assert.deepEqual([types, error.code], [['open', 'message', 'message', 'error', 'close'], 'WS_ERR_EXPECTED_MASK']);
      await peer.end();
      await peer.ended;
      assert.deepEqual(peer.log, ['re 1', 're 2', 1002]);
    });
  }
}

test('readyState follows the events: it is open for the messages before the Close, and closing after it', async () => {
  const { WebSocket, peers } = overMemory();
  const socket = new WebSocket('ws://h/');
  const states = [];
  for (const type of ['open', 'message', 'close']) {
    socket.addEventListener(type, () => {
      states.push([type, socket.readyState]);
      queueMicrotask(() => states.push([`after ${type}`, socket.readyState]));
    });
  }
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer((connection) => {
    connection.sendText('1');
    connection.sendClose();
  });
  await peer.event('close');
  assert.equal(socket.readyState, 2);
  await peer.end();
  await next(socket, 'close');
  await tasks();
  const expected = [
    ['open', 1],
    ['message', 1],
    ['close', 3],
  ];
  assert.deepEqual(
    states,
    expected.flatMap(([type, state]) => [
      [type, state],
      [`after ${type}`, state],
    ]),
  );
});
