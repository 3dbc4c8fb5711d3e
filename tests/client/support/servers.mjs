// Servers on loopback that know which of their connections are open.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

// What this machine's environment says of proxies is none of the tests' business.
for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];

const read = (name) => readFileSync(new URL(`../certificates/${name}`, import.meta.url));

/** The authority that signed all certificates here. */
export const ca = read('ca.pem');
/** A certificate with its key, as `node:tls` takes them: `server`, `client`, `expired` and `other`. */
export const identity = (name) => ({ cert: read(`${name}.pem`), key: read(`${name}.key`) });

/** Lets a server listen, on loopback unless at a path, until the test ends. */
export async function listening(t, server, path) {
  const sockets = new Set();
  // TLS servers tell of the encrypted ones later and apart.
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  server.on('tlsClientError', () => {});
  server.listen(path ?? { port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    server,
    port: path === undefined ? server.address().port : undefined,
    sockets,
    /** Waits until a connection has come. */
    connected: () => (sockets.size > 0 ? undefined : once(server, 'connection')),
    /** Waits until no connection is open. */
    idle: async () => {
      while (sockets.size > 0) await new Promise((resolve) => [...sockets][0].on('close', resolve));
    },
  };
}

/** Whatever a handler does, the end of the peer is seen and answered. */
const attentive = (onSocket) => (socket) => {
  onSocket(socket);
  socket.on('end', () => socket.end()).resume();
};

export const tcpServer = (t, onSocket = () => {}) =>
  listening(t, createTcpServer({ allowHalfOpen: true }, attentive(onSocket)));

export const tlsServer = (t, options, onSocket = () => {}) =>
  listening(t, createTlsServer({ ...identity('server'), ...options }, attentive(onSocket)));

/** Sends everything back, and the end after it. */
export const echo = (socket) => socket.pipe(socket);
