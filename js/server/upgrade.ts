/** Connections from the `upgrade` event of Node's HTTP servers. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fromNodeDuplex } from '../adapters/node.js';
import type { WebSocket } from '../websocket/websocket.js';
import { wireOf } from '../websocket/wire.js';
import { bytesOfLatin1 } from './latin1.js';
import { acceptedWebSocket, type ServerOptions, serverHandshake } from './options.js';

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
  const handshake = serverHandshake(options);
  const wire = wireOf(fromNodeDuplex(socket, { head }));
  handshake.receiveData(headOf(request));
  const scheme = (socket as { encrypted?: boolean }).encrypted === true ? 'wss' : 'ws';
  return acceptedWebSocket(options, scheme, (driver) => {
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
