// The whole path: a WebSocketServer of the npm package ws, or a server that answers what it is told.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { WebSocketServer } from 'ws';
import { identity, listening } from './servers.mjs';

/**
 * An HTTP server whose WebSockets send everything back. `requests` are those that it got: method, target and fields.
 * Options are those of a WebSocketServer, `tls` (true, or options for it), and `path` for where it listens.
 */
export async function echoServer(t, { tls = false, path, ...options } = {}) {
  const http = tls ? createSecureServer({ ...identity('server'), ...tls }) : createServer();
  const requests = [];
  http.on('upgrade', (request) => requests.push({ target: request.url, headers: request.headers }));
  const server = new WebSocketServer({ server: http, ...options });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  return { ...(await listening(t, http, path)), requests };
}

/** A server that refuses each upgrade by `answer(socket, request)`. */
export async function refusingServer(t, answer, { tls = false } = {}) {
  const http = tls ? createSecureServer({ ...identity('server'), ...tls }) : createServer();
  const requests = [];
  http.on('upgrade', (request, socket) => {
    requests.push({ target: request.url, headers: request.headers });
    answer(socket, request);
  });
  return { ...(await listening(t, http)), requests };
}

/** A response with its length. */
export const response = (status, { body = '', ...fields } = {}) => {
  const lines = Object.entries({ ...fields, 'Content-Length': Buffer.byteLength(body) });
  return `HTTP/1.1 ${status}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

/** The next event of a type. */
export const next = (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** A message goes there and back, and the connection is closed as it should be. */
export async function assertWorks(socket) {
  socket.send('Hello');
  assert.equal((await next(socket, 'message')).data, 'Hello');
  socket.close(1000);
  const { code, wasClean } = await next(socket, 'close');
  assert.deepEqual({ code, wasClean }, { code: 1000, wasClean: true });
}
