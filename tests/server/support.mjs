// Servers on the loopback address, and a client that writes what it likes.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { decodeFrames, encodeFrame } from 'sansocket';
import { acceptUpgrade } from 'sansocket/server';

/** Listens on a free port until the test is over; gives the port. */
export async function listen(t, server) {
  // Also those that were upgraded, of which an HTTP server knows nothing any more.
  const sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return server.address().port;
}

/** A server that accepts every upgrade with these options, and hands the sockets out in order. */
export async function accepting(t, options) {
  const server = createServer();
  const waiting = [];
  const sockets = [];
  server.on('upgrade', (request, socket, head) => {
    const peer = acceptUpgrade(request, socket, head, options);
    peer.binaryType = 'arraybuffer';
    const take = waiting.shift();
    if (take) take(peer);
    else sockets.push(peer);
  });
  const port = await listen(t, server);
  return {
    port,
    server,
    next: () => (sockets.length > 0 ? sockets.shift() : new Promise((resolve) => waiting.push(resolve))),
  };
}

/** Waits for one event of a WebSocket. */
export const next = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));

/** Waits until a WebSocket is open. */
export async function isOpen(socket) {
  if (socket.readyState === socket.CONNECTING) await next(socket, 'open');
}

/** The end of a WebSocket: its `error` if there is one, and its `close`. */
export function ended(socket) {
  let error;
  socket.addEventListener('error', (event) => {
    error = event.error;
  });
  return next(socket, 'close').then(({ code, reason, wasClean }) => ({ code, reason, wasClean, error }));
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A request for a WebSocket; fields that are `undefined` are left out. */
export function request({ line = 'GET /chat?x=1 HTTP/1.1', ...fields } = {}) {
  const all = {
    Host: 'server.example',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': KEY,
    'Sec-WebSocket-Version': '13',
    ...fields,
  };
  const lines = Object.entries(all).filter(([, value]) => value !== undefined);
  return `${line}\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A masked frame. */
export const frame = (opcode, payload = '', more = {}) => encodeFrame({ opcode, payload, masked: true, ...more });

/** A TCP connection that collects what it receives. */
export class Raw {
  #received = Buffer.alloc(0);
  #waiting = [];
  #ended = false;

  constructor(port, options = {}) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...options });
    this.socket.on('data', (data) => {
      this.#received = Buffer.concat([this.#received, data]);
      this.#look();
    });
    for (const event of ['end', 'error', 'close']) {
      this.socket.on(event, () => {
        this.#ended = true;
        this.#look();
      });
    }
  }

  write(...parts) {
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** Takes the head of an HTTP message: its lines. */
  async head() {
    await this.#until(() => this.#received.includes('\r\n\r\n'));
    const end = this.#received.indexOf('\r\n\r\n');
    const lines = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    this.#received = this.#received.subarray(end + 4);
    return lines;
  }

  /** Takes the next frame; of a Close the code as well. */
  async frame() {
    let found;
    await this.#until(() => {
      const { done, value } = firstFrame(this.#received);
      found = value;
      return done;
    });
    this.#received = this.#received.subarray(found.headerLength + found.payloadLength);
    const payload = Buffer.from(found.payload);
    if (found.opcode === 8) return { opcode: 8, code: payload.length > 0 ? payload.readUInt16BE() : undefined };
    return { opcode: found.opcode, payload: payload.toString() };
  }

  /** Everything until the peer ends. */
  async rest() {
    await this.#until(() => this.#ended);
    const rest = this.#received;
    this.#received = Buffer.alloc(0);
    return rest;
  }

  async #until(ready) {
    while (!ready()) {
      if (this.#ended) throw new Error(`the peer has ended after ${JSON.stringify(this.#received.toString('latin1'))}`);
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  #look() {
    for (const look of this.#waiting.splice(0)) look();
  }
}

function firstFrame(bytes) {
  if (bytes.length < 2) return { done: false };
  const extra = { 126: 2, 127: 8 }[bytes[1] & 0x7f] ?? 0;
  if (bytes.length < 2 + extra) return { done: false };
  const length = extra === 0 ? bytes[1] & 0x7f : Number(extra === 2 ? bytes.readUInt16BE(2) : bytes.readBigUInt64BE(2));
  const size = 2 + extra + length;
  if (bytes.length < size) return { done: false };
  const [value] = decodeFrames(bytes.subarray(0, size));
  return { done: true, value };
}

/** Opens a raw WebSocket to a server of {@link accepting}. */
export async function opened(port, fields) {
  const raw = new Raw(port);
  raw.write(request(fields));
  const lines = await raw.head();
  if (!lines[0].startsWith('HTTP/1.1 101')) throw new Error(lines.join('\n'));
  return { raw, lines };
}
