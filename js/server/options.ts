/** What a server chooses for a connection. */

import {
  type AcceptOptions as AcceptAnswer,
  type Connection,
  type HandshakeRequest,
  type HeadLimits,
  type RejectOptions,
  ServerHandshake,
  type ServerHandshakeOptions,
} from 'sansocket';
import { Accepted } from '../websocket/accepted.js';
import type { Driver } from '../websocket/driver.js';
import { driverSettings } from '../websocket/driver-options.js';
import { checkLimits } from '../websocket/limits.js';
import { createWebSocketStreamClass, type WebSocketStream } from '../websocket/stream.js';
import { createWebSocketClass, type WebSocket, type WebSocketOptions } from '../websocket/websocket.js';

/** A refusal: the status, and what to say with it. */
export interface Refusal extends RejectOptions {
  /** An HTTP status from 300 to 599. */
  readonly status: number;
}

/** Choices for one connection. */
export interface ServerOptions
  extends Omit<WebSocketOptions, 'handshake' | 'headers' | 'protocol' | 'extensions'>,
    Pick<ServerHandshakeOptions, 'origins'>,
    HeadLimits {
  /** The subprotocols that the server speaks, preferred first; or which of those offered, `undefined` for none. Default none. */
  readonly protocols?: readonly string[] | ((request: HandshakeRequest) => string | undefined) | undefined;
  /** Further header fields of the answer, such as `Set-Cookie`. */
  readonly headers?: AcceptAnswer['headers'];
  /**
   * Decides on a valid request, for authentication and whatever else takes its time: `undefined` accepts, a refusal is
   * sent. Bounded by `handshakeTimeout`. What it throws is answered with 500, and is the cause of the `error` event.
   */
  readonly authenticate?:
    | ((request: HandshakeRequest) => Refusal | undefined | PromiseLike<Refusal | undefined>)
    | undefined;
}

/** The handshake of a server with these choices; a wrong one throws, before a transport is touched. */
export function serverHandshake(options: ServerOptions): ServerHandshake {
  driverSettings(options);
  checkLimits(options.limits);
  const { origins, protocols, perMessageDeflate, limits, maxHeaderBytes, maxHeaders, maxStartLineBytes } = options;
  return new ServerHandshake({
    origins,
    protocols: typeof protocols === 'function' ? [] : protocols,
    perMessageDeflate,
    connection: limits,
    maxHeaderBytes,
    maxHeaders,
    maxStartLineBytes,
  });
}

/**
 * The rest of what a connection needs, once its handshake or connection is made: if that throws, nothing is left behind.
 */
export function madeFor<T>(machine: ServerHandshake | Connection, make: () => T): T {
  try {
    return make();
  } catch (error) {
    machine.free();
    throw error;
  }
}

/** A connection whose driver `start` starts. Requests are decided by the options. */
export function accepted(options: ServerOptions, scheme: 'ws' | 'wss', start: (driver: Driver) => void): Accepted {
  const decide = (handshake: ServerHandshake, driver: Driver) => decideRequest(handshake, driver, options);
  return new Accepted(scheme, options, start, decide);
}

const neverConnect = () => {
  throw new TypeError('a WebSocket of a server is made by accepting a connection');
};

/** The classes of all connections that a server accepts. */
const AcceptedWebSocket = createWebSocketClass(neverConnect);
const AcceptedWebSocketStream = createWebSocketStreamClass(neverConnect);

export const asWebSocket = (connection: Accepted): WebSocket => new AcceptedWebSocket(connection as never);
export const asWebSocketStream = (connection: Accepted): WebSocketStream =>
  new AcceptedWebSocketStream(connection as never);

function decideRequest(handshake: ServerHandshake, driver: Driver, options: ServerOptions): void {
  // It was refused beforehand.
  if (handshake.state !== 'connecting') return;
  const request = handshake.request as HandshakeRequest;
  const settle = (refusal: Refusal | undefined) => {
    // Meanwhile the client may have gone.
    if (driver.finished) return;
    if (refusal === undefined) accept(handshake, request, options);
    else handshake.reject(refusal.status, refusal);
  };
  const fail = (reason: unknown) => {
    if (driver.finished) return;
    driver.refused(new Error('the request could not be decided', { cause: reason }));
    if (handshake.state === 'connecting') handshake.reject(500);
  };
  try {
    const decision = options.authenticate?.(request);
    if (typeof (decision as PromiseLike<unknown> | undefined)?.then === 'function') {
      (decision as PromiseLike<Refusal | undefined>)
        .then(settle)
        .then(undefined, fail)
        .then(() => driver.decided());
    } else settle(decision as Refusal | undefined);
  } catch (error) {
    fail(error);
  }
}

function accept(handshake: ServerHandshake, request: HandshakeRequest, options: ServerOptions): void {
  const { protocols, headers } = options;
  if (typeof protocols === 'function') handshake.accept({ protocol: protocols(request), headers });
  else handshake.accept({ headers });
}
