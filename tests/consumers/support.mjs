// The same library over memory and over TCP.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { fromNodeDuplex } from 'sansocket/adapters';
import { connect } from 'sansocket/client';
import { createWebSocketClass } from 'sansocket/websocket';
import { WebSocketServer } from 'ws';

/** Two streams that are each other's peer. What was written before one is lost still arrives at the other, as on a network. */
export function duplexPair() {
  const ends = [];
  for (let i = 0; i < 2; i += 1) {
    let waiting;
    const end = new Duplex({
      read() {
        const callback = waiting;
        waiting = undefined;
        callback?.();
      },
      write(chunk, _encoding, callback) {
        ends[1 - i].take(chunk, callback);
      },
      final(callback) {
        ends[1 - i].take(null, callback);
      },
    });
    end.take = (chunk, callback) => {
      // In a later task, as a network would.
      setImmediate(() => {
        if (end.destroyed) callback();
        else if (end.push(chunk) || chunk === null) callback();
        else waiting = callback;
      });
    };
    end.lose = () => {
      if (end.destroyed) return;
      if (end.readableLength > 0) setImmediate(end.lose);
      else end.destroy(end.readableEnded ? undefined : Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    };
    // After what is on its way.
    end.on('close', () => setImmediate(() => setImmediate(ends[1 - i].lose)));
    end.on('error', () => {});
    // What servers expect of a socket.
    end.setTimeout = () => end;
    end.setNoDelay = () => end;
    ends.push(end);
  }
  return ends;
}

/** Ways from a class to an HTTP server. */
const WAYS = {
  'in memory': async (server) => {
    const streams = [];
    const way = () => {
      const [near, far] = duplexPair();
      streams.push(near, far);
      server.emit('connection', far);
      return fromNodeDuplex(near);
    };
    const close = () => {
      for (const stream of streams) stream.destroy();
    };
    return { way, host: 'in.memory', close };
  },
  'over TCP': async (server) => {
    const sockets = [];
    server.on('connection', (socket) => sockets.push(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    };
    return { way: connect({ proxy: false }), host: `127.0.0.1:${server.address().port}`, close };
  },
};

/** A class that tells of each socket that is made, and how it ended. */
function watched(Class) {
  const sockets = [];
  const construct = (target, args) => {
    const socket = new target(...args);
    const seen = { opened: false };
    seen.ended = new Promise((resolve) => {
      socket.addEventListener('open', () => {
        seen.opened = true;
      });
      socket.addEventListener('close', ({ code, reason, wasClean }) => resolve({ code, reason, wasClean }));
    });
    sockets.push(seen);
    return socket;
  };
  return { WebSocket: new Proxy(Class, { construct }), sockets };
}

/** Whatever is called WebSocket besides: nobody may take it. */
function forbidOthers(t) {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  class WebSocket {
    constructor() {
      throw new Error('the library took the WebSocket of the platform');
    }
  }
  Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true, writable: true });
  t.after(() => {
    if (own === undefined) delete globalThis.WebSocket;
    else Object.defineProperty(globalThis, 'WebSocket', own);
  });
}

/**
 * A test for each way: `serve(server)` attaches the service to an HTTP server, `use({ WebSocket, host })` lets the library
 * connect with our class, do its work, and close. It fails if the server saw a connection that did not come from the class, or
 * if one ended without the closing handshake; `losses` is how many may.
 */
export function overEachWay(name, serve, use, { losses = [0] } = {}) {
  for (const [label, open] of Object.entries(WAYS)) {
    test(`${name} ${label}`, { timeout: 60_000 }, async (t) => {
      forbidOthers(t);
      const server = createServer();
      let upgrades = 0;
      server.on('upgrade', () => {
        upgrades += 1;
      });
      const service = await serve(server);
      const { way, host, close } = await open(server);
      t.after(() => {
        close();
        return service?.stop?.();
      });
      const { WebSocket, sockets } = watched(createWebSocketClass(way, { closeTimeout: 10_000 }));
      await use({ WebSocket, host, service, t });
      const ends = await Promise.all(sockets.map(({ ended }) => ended));
      const opened = sockets.filter((socket) => socket.opened).length;
      assert.ok(opened > 0, 'no connection came from the class');
      assert.equal(upgrades, opened, 'connections that the server saw, and those of the class');
      const lost = ends.filter(({ wasClean }) => !wasClean);
      assert.ok(losses.includes(lost.length), `ends: ${JSON.stringify(ends)}`);
    });
  }
}

/** The server of ws on an HTTP server, for libraries that bring no server: `speak(socket)` speaks their protocol. */
export function serveSockets(server, speak, options = {}) {
  const sockets = new WebSocketServer({ server, ...options });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    speak(socket);
  });
  return sockets;
}

/** A promise with its functions. */
export function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
