/** Connections over any transport. */

import { Connection } from 'sansocket';
import type { Accepted } from '../websocket/accepted.js';
import { driverSettings } from '../websocket/driver-options.js';
import { checkLimits } from '../websocket/limits.js';
import type { WebSocketStream } from '../websocket/stream.js';
import type { Transport } from '../websocket/transport.js';
import type { WebSocket } from '../websocket/websocket.js';
import { wireOf } from '../websocket/wire.js';
import { accepted, asWebSocket, asWebSocketStream, madeFor, type ServerOptions, serverHandshake } from './options.js';

/** Choices for {@link acceptStream}. */
export type AcceptStreamOptions =
  | (ServerOptions & {
      /** The request and the answer of RFC 6455 §4 go over the transport: the default. */
      readonly handshake?: 'http1' | undefined;
      /** The scheme for the `url` of the socket. Default `ws`. */
      readonly scheme?: 'ws' | 'wss' | undefined;
    })
  | (Omit<ServerOptions, 'origins' | 'protocols' | 'headers' | 'authenticate'> & {
      /** The transport is a WebSocket connection already. */
      readonly handshake: 'none';
      /** The subprotocol of it. Default none. */
      readonly protocol?: string | undefined;
      /** What `extensions` says of it. Default empty. */
      readonly extensions?: string | undefined;
    });

/**
 * Accepts a connection over a transport, and reads the request itself. What is no transport throws a `TypeError`.
 *
 * @example
 * const [near, far] = transportPair();
 * const peer = acceptStream(far, { origins: 'any' });
 */
export function acceptStream(transport: Transport, options: AcceptStreamOptions): WebSocket {
  return asWebSocket(acceptedFrom(transport, options));
}

/**
 * As {@link acceptStream}, with the shape of `WebSocketStream`. Of a request that is refused, `opened` and `closed` reject.
 *
 * @example
 * const { readable, writable } = await acceptWebSocketStream(far, { origins: 'any' }).opened;
 */
export function acceptWebSocketStream(transport: Transport, options: AcceptStreamOptions): WebSocketStream {
  return asWebSocketStream(acceptedFrom(transport, options));
}

function acceptedFrom(transport: Transport, options: AcceptStreamOptions): Accepted {
  driverSettings(options);
  if (options.handshake === 'none') {
    const { limits, perMessageDeflate } = options;
    checkLimits(limits);
    const connection = new Connection({ ...limits, role: 'server', perMessageDeflate });
    const wire = madeFor(connection, () => wireOf(transport));
    return accepted({ ...options, origins: 'any' }, 'ws', (driver) => driver.start(wire, connection));
  }
  const handshake = serverHandshake(options);
  const wire = madeFor(handshake, () => wireOf(transport));
  return accepted(options, options.scheme ?? 'ws', (driver) => {
    driver.begin();
    driver.start(wire, handshake);
  });
}
