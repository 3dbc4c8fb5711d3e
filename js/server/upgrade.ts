/** Connections from the `upgrade` event of Node's HTTP servers. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ServerHandshake } from 'sansocket';
import { fromNodeDuplex } from '../adapters/node.js';
import type { Accepted } from '../websocket/accepted.js';
import type { WebSocketStream } from '../websocket/stream.js';
import type { WebSocket } from '../websocket/websocket.js';
import { wireOf } from '../websocket/wire.js';
import { bytesOfLatin1 } from './latin1.js';
import {
  accepted,
  asWebSocket,
  asWebSocketStream,
  madeFor,
  type Refusal,
  type ServerOptions,
  serverHandshake,
} from './options.js';

/**
 * Accepts a request for a WebSocket, with the arguments of Node's `upgrade` event. Decide on the path before; a request
 * that is not valid (RFC 6455 §4.2.1) or of an origin that is not chosen is refused by itself, and the socket then has an
 * `error` and a `close` event.
 *
 * @example
 * server.on('upgrade', (request, socket, head) => {
 *   const peer = acceptUpgrade(request, socket, head, { origins: ['https://app.example'], protocols: ['chat'] });
 *   peer.onmessage = ({ data }) => peer.send(data);
 * });
 */
export function acceptUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  options: ServerOptions,
): WebSocket {
  return asWebSocket(answered(request, socket, head, options));
}

/**
 * As {@link acceptUpgrade}, with the shape of `WebSocketStream`: for servers that want backpressure both ways. Of a request that
 * is refused, `opened` and `closed` reject.
 *
 * @example
 * server.on('upgrade', (request, socket, head) => {
 *   const { opened } = acceptUpgradeStream(request, socket, head, { origins: 'any' });
 *   // Every client that leaves too early, or sends no valid request, is a rejection.
 *   opened.then(({ readable, writable }) => readable.pipeTo(writable)).catch((error) => console.error(error.message));
 * });
 */
export function acceptUpgradeStream(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  options: ServerOptions,
): WebSocketStream {
  return asWebSocketStream(answered(request, socket, head, options));
}

/**
 * Refuses a request for a WebSocket, with the arguments of Node's `upgrade` event: where there is none at its path, or whatever
 * else is decided before {@link acceptUpgrade}. The socket, which Node gives without any listener, is taken over until it ends.
 *
 * @throws RangeError if the status is none from 300 to 599.
 * @example
 * if (request.url !== '/room') return refuseUpgrade(request, socket, head, { status: 404 });
 */
export function refuseUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, refusal: Refusal): void {
  const connection = answered(request, socket, head, { origins: 'any' }, (handshake) => {
    if (handshake.state === 'connecting') handshake.reject(refusal.status, refusal);
  });
  asWebSocket(connection);
}

/** Lets `decide` see the handshake, once it has the request, before the socket is taken over. */
function answered(
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  options: ServerOptions,
  decide?: (handshake: ServerHandshake) => void,
): Accepted {
  const handshake = serverHandshake(options);
  const wire = madeFor(handshake, () => {
    handshake.receiveData(headOf(request));
    decide?.(handshake);
    return wireOf(fromNodeDuplex(socket, { head }));
  });
  const scheme = (socket as { encrypted?: boolean }).encrypted === true ? 'wss' : 'ws';
  return accepted(options, scheme, (driver) => {
    driver.begin();
    driver.start(wire, handshake);
  });
}

/** The request as it was sent: Node has read its head already. */
function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): Uint8Array {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) head += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  return bytesOfLatin1(`${head}\r\n`);
}
