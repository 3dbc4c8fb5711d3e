// What a client makes of the answer of a server, and of a transport that comes too late.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWebSocketClass } from 'sansocket/websocket';
import { manual, next, overMemory, Peer, tasks, until, watch } from './support.mjs';

test('a server that chooses none of the subprotocols offered fails the connection', async () => {
  const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
  const socket = new WebSocket('ws://h/', ['chat', 'superchat']);
  const end = watch(socket);
  await until(() => peers.length > 0);
  const peer = new Peer(peers[0]);
  await peer.answer();
  const { types, code, wasClean, error } = await end;
  assert.deepEqual([types, code, wasClean], [['error', 'close'], 1006, false]);
  assert.deepEqual(
    [error.name, error.message, error.response.status],
    ['OpeningError', 'the server chose none of the subprotocols offered: chat, superchat', 101],
  );
  assert.equal(socket.protocol, '');
  // The server is not left waiting.
  await peer.ended;
});

test('one that chooses among those offered, or is offered none, does not', async () => {
  for (const [offered, chosen] of [
    [['chat', 'superchat'], 'superchat'],
    [[], undefined],
  ]) {
    const { WebSocket, peers } = overMemory({ closeTimeout: 50 });
    const socket = new WebSocket('ws://h/', offered);
    await until(() => peers.length > 0);
    await new Peer(peers[0]).answer(undefined, { protocol: chosen });
    await next(socket, 'open');
    assert.equal(socket.protocol, chosen ?? '');
    socket.close();
  }
});

/** A connect function whose transport comes when `deliver` is called. */
function late() {
  const { transport, calls } = manual();
  let deliver;
  let signal;
  const connect = (request) => {
    signal = request.signal;
    return new Promise((resolve) => {
      deliver = () => resolve(transport);
    });
  };
  return { connect, calls, deliver: () => deliver(), isAborted: () => signal?.aborted === true, transport };
}

const released = ['abort', 'cancel', 'close'];

test('a transport that comes after close() is let go', async () => {
  for (const pause of [0, 1, 5]) {
    const { connect, calls, deliver, isAborted, transport } = late();
    const WebSocket = createWebSocketClass(connect);
    const socket = new WebSocket('ws://h/');
    const end = watch(socket);
    await tasks(2);
    socket.close();
    assert.equal(isAborted(), true);
    await tasks(pause);
    deliver();
    await end;
    await tasks(5);
    assert.deepEqual(calls.sort(), released);
    assert.deepEqual([transport.readable.locked, transport.writable.locked], [false, false]);
  }
});

test('a transport that comes after the time limit, or just at it, is let go', async () => {
  for (const pause of [undefined, 0, 1, 5]) {
    const { connect, calls, deliver, isAborted, transport } = late();
    let limit;
    const clock = {
      now: () => 0,
      setTimeout: (run) => {
        limit = run;
        return 1;
      },
      clearTimeout: () => {},
    };
    const WebSocket = createWebSocketClass(connect, { clock });
    const end = watch(new WebSocket('ws://h/'));
    await tasks(2);
    // Before the limit, but not before anybody has looked at it.
    if (pause === undefined) {
      deliver();
      await Promise.resolve();
    }
    limit();
    if (pause !== undefined) {
      await tasks(pause);
      deliver();
    }
    const { types, error } = await end;
    assert.deepEqual([types, error.name], [['error', 'close'], 'TimeoutError']);
    await tasks(5);
    assert.deepEqual(calls.sort(), released, `${pause}`);
    assert.deepEqual([transport.readable.locked, transport.writable.locked], [false, false]);
    assert.equal(isAborted(), true);
  }
});

test('a transport is let go where the choices of the class are wrong', async () => {
  const { transport, calls } = manual();
  const WebSocket = createWebSocketClass(() => transport, { limits: { maxMessageSize: -1 } });
  const { types, error } = await watch(new WebSocket('ws://h/'));
  assert.deepEqual(types, ['error', 'close']);
  assert.match(error.message, /maxMessageSize/);
  await tasks(2);
  assert.deepEqual(calls.sort(), released);
});
