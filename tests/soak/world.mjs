// A server on the loopback address, and what can be seen of the process: objects alive in WebAssembly, its memory, the heap.

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Connection } from 'sansocket';
import { connect as connector } from 'sansocket/client';
import { acceptUpgrade } from 'sansocket/server';
import { createWebSocketClass } from 'sansocket/websocket';
// First: it looks into the instance that the package makes.
import { liveObjects, memoryBytes } from '../js/support/instance.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
// So that there is an instance to look into.
new Connection({ role: 'server' }).free();

/** Long for any step, and short of what a person waits for. */
const LONGEST = 60_000;

/**
 * A server that sends everything back. `ended` counts its connections by how they ended: `clean`, or the code of the close event.
 * `peers` are those that are open.
 */
export async function echoServer(options = {}) {
  const peers = new Set();
  const ended = {};
  const server = createServer().on('upgrade', (request, socket, head) => {
    const peer = acceptUpgrade(request, socket, head, { origins: 'any', ...options });
    peers.add(peer);
    peer.binaryType = 'arraybuffer';
    peer.onmessage = ({ data }) => peer.send(data);
    peer.onclose = ({ wasClean, code }) => {
      peers.delete(peer);
      const how = wasClean ? 'clean' : code;
      ended[how] = (ended[how] ?? 0) + 1;
    };
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    port,
    peers,
    ended,
    /** Opens a client of the class. */
    async open(clientOptions) {
      const socket = visitor(port, clientOptions);
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = ({ error }) => reject(error);
      });
      socket.onerror = null;
      return socket;
    },
    /** A bare TCP connection, for peers that misbehave. */
    dial() {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.on('error', () => {});
      return socket;
    },
    async close() {
      await until(() => peers.size === 0, 'all connections have ended');
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

/** A client of the class, of whatever listens there. */
export function visitor(port, options = {}) {
  const WebSocket = createWebSocketClass(connector({ proxy: false }), options);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.binaryType = 'arraybuffer';
  return socket;
}

/** Waits until something is so; `what` is for the error if it never is. */
export async function until(condition, what) {
  const deadline = Date.now() + LONGEST;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${LONGEST / 1000} s: ${what}`);
    await sleep(5);
  }
}

/** The promise, or an error if it takes too long. */
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${LONGEST / 1000} s: ${what}`)), LONGEST);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What the process holds, after garbage was collected: `outside` is what arrays of bytes take, which is not on the heap. */
export async function held() {
  for (let i = 0; i < 3; i += 1) {
    await sleep(10);
    collectGarbage();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { objects: liveObjects(), wasm: memoryBytes(), heap: heapUsed, outside: arrayBuffers };
}

export { memoryBytes };
