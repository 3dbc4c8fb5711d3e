// The same library over memory and over TCP.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { fromNodeDuplex } from 'sansocket/adapters';
import { connect } from 'sansocket/client';
import { createWebSocketClass } from 'sansocket/websocket';
import { WebSocketServer } from 'ws';

/** Two streams that are each other's peer. */
function duplexPair() {
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
    end.on('close', () => ends[1 - i]?.destroy());
    end.on('error', () => {});
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

/**
 * A test for each way: `serve(server)` attaches the service to an HTTP server, `use({ WebSocket, host })` lets the library
 * connect with our class and do its work.
 */
export function overEachWay(name, serve, use) {
  for (const [label, open] of Object.entries(WAYS)) {
    test(`${name} ${label}`, { timeout: 60_000 }, async (t) => {
      const server = createServer();
      const service = await serve(server);
      const { way, host, close } = await open(server);
      t.after(() => {
        close();
        return service?.stop?.();
      });
      await use({ WebSocket: createWebSocketClass(way, { closeTimeout: 1000 }), host, service });
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
