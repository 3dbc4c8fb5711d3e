// The npm package ws as a peer, in this process.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { WebSocket, WebSocketServer } from 'ws';
import { Inbox } from './inbox.mjs';

/** Everything is compressed that may be, however short it is. */
const deflate = (options) => (options ? { threshold: 0, ...options } : false);

class WsPeer {
  /** Whether it says that a Pong has come which answers no Ping. */
  tellsPongs = true;
  #socket;
  #inbox = new Inbox();

  constructor(socket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) =>
      this.#inbox.push(isBinary ? { base64: data.toString('base64') } : { text: data.toString() }),
    );
    socket.on('pong', (data) => this.#inbox.push({ pong: data.toString() }));
    socket.on('close', (code, reason) => this.#inbox.push({ close: [code, reason.toString()] }));
    socket.on('error', () => {});
  }

  get facts() {
    return { subprotocol: this.#socket.protocol, compressed: this.#socket.extensions !== '' };
  }

  next() {
    return this.#inbox.next();
  }

  do({ text, base64, fragments, pingInside, ping, pong, close, destroy }) {
    const socket = this.#socket;
    if (text !== undefined) socket.send(text);
    if (base64 !== undefined) socket.send(Buffer.from(base64, 'base64'));
    fragments?.forEach((fragment, index) => {
      if (index === 1 && pingInside !== undefined) socket.ping(pingInside);
      socket.send(fragment, { fin: index === fragments.length - 1 });
    });
    if (ping !== undefined) socket.ping(ping);
    if (pong !== undefined) socket.pong(pong);
    if (close) socket.close(...close);
    // `end`: FIN, as a process that is killed; `reset`: RST.
    if (destroy === 'end') socket._socket.end();
    if (destroy === 'reset') socket._socket.resetAndDestroy();
  }
}

/**
 * A server on the loopback address: `{ port, peer(path), close() }`, where `peer` resolves to the peer that asked for the
 * path. Requests for a page get an empty one; the path `/refused` is refused.
 *
 * - `deflate`: options of permessage-deflate, or `false`. `host`: the address. `tls`: `{ key, cert }`.
 */
export async function wsServer({ deflate: options = false, host = '127.0.0.1', tls } = {}) {
  const page = (_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A page</title>');
  const http = tls ? createTlsServer(tls, page) : createServer(page);
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: deflate(options),
    verifyClient: ({ req }) => req.url !== '/refused',
  });
  const inboxes = new Map();
  const inbox = (path) => {
    if (!inboxes.has(path)) inboxes.set(path, new Inbox());
    return inboxes.get(path);
  };
  server.on('connection', (socket, request) => inbox(request.url).push(new WsPeer(socket)));
  http.listen(0, host);
  await once(http, 'listening');
  return {
    name: 'ws',
    port: http.address().port,
    peer: (path) => inbox(path).next(),
    close() {
      http.close();
      http.closeAllConnections();
    },
  };
}

/**
 * A client of the URL. The rest of the options are those of node:http and node:https, such as an agent with a connection that was
 * used before.
 */
export async function wsClient(url, { protocols = [], deflate: options = false, ...rest } = {}) {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: deflate(options), ...rest });
  // Made at once: a message may be right behind the answer.
  const peer = new WsPeer(socket);
  await once(socket, 'open');
  return peer;
}
