/** A promise for an open WebSocket. */

import { isChunked } from '../websocket/chunked-end.js';
import { onAbort } from '../websocket/on-abort.js';
import { OpeningError } from '../websocket/opening-error.js';
import { webSocketUrl } from '../websocket/request.js';
import { createWebSocketClass, type WebSocket, type WebSocketOptions } from '../websocket/websocket.js';
import { decodeChunked } from './chunked.js';
import { connect } from './connect.js';
import { ConnectError, failed, refused } from './errors.js';
import type { ConnectOptions } from './options.js';
import { locationOf, type Redirectable, redirectError, redirected } from './redirect.js';
import { serverOf } from './url.js';

/** Choices for {@link open}. */
export interface OpenOptions extends ConnectOptions, WebSocketOptions {
  /** Subprotocols, best first. Default none. */
  readonly protocols?: string | Iterable<string> | undefined;
  /** Ends the attempt. Once the connection is open, it does nothing. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many redirects are followed. To another origin they do without `Authorization` and `Cookie`, without the user and
   * the password of the URL and without the client's certificate; from `wss:` to `ws:` none is followed. Default 5.
   */
  readonly maxRedirects?: number | undefined;
}

/**
 * Opens a connection. Rejects with a {@link ConnectError}, which has the status, the header fields and the body of a
 * refusal, or with the reason of the signal. The time limits hold for each redirect anew.
 *
 * @example
 * const socket = await open('wss://server.example/chat', { protocols: 'chat', headers: { authorization: 'Bearer …' } });
 * socket.onmessage = ({ data }) => console.log(data);
 * socket.send('Hello');
 */
export async function open(url: string | URL, options: OpenOptions = {}): Promise<WebSocket> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`"options" expected an object, got ${options === null ? 'null' : typeof options}`);
  const { maxRedirects = 5 } = options;
  if (!Number.isInteger(maxRedirects) || maxRedirects < 0)
    throw new RangeError(`"options.maxRedirects" expected a whole number, got ${String(maxRedirects)}`);
  // What is no list can be read only once, and each redirect asks anew.
  const protocols = typeof options.protocols === 'string' ? options.protocols : [...(options.protocols ?? [])];
  let target: Redirectable = { url: webSocketUrl(url), headers: new Headers(options.headers), connect: options };
  for (let redirects = 0; ; redirects += 1) {
    options.signal?.throwIfAborted();
    const socket = begin(target, { ...options, protocols });
    try {
      return await opened(socket, options.signal);
    } catch (reason) {
      if (options.signal?.aborted) throw options.signal.reason;
      const error = connectErrorOf(reason, target.url);
      const location = maxRedirects === 0 ? undefined : locationOf(error);
      if (location === undefined) throw error;
      if (redirects === maxRedirects) throw redirectError(target.url, `more than ${maxRedirects} times`, error);
      target = redirected(target, location, error);
    }
  }
}

function begin({ url, headers, connect: connectOptions }: Redirectable, options: OpenOptions): WebSocket {
  // What the caller asked for goes with this connection: a redirect may have to do without.
  const Class = createWebSocketClass(connect(connectOptions), { ...options, headers: undefined });
  return new Class(url, { protocols: options.protocols, headers });
}

function opened(socket: WebSocket, signal: AbortSignal | undefined): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const settled = new AbortController();
    const once = { signal: settled.signal };
    const settle = <A extends unknown[]>(then: (...values: A) => void) => {
      return (...values: A) => {
        settled.abort();
        leave?.();
        then(...values);
      };
    };
    const abort = () => {
      socket.close();
      reject(signal?.reason);
    };
    socket.addEventListener(
      'open',
      settle(() => resolve(socket)),
      once,
    );
    socket.addEventListener(
      'error',
      settle(({ error }) => reject(error)),
      once,
    );
    const leave = signal && onAbort(signal, settle(abort));
  });
}

/** What went wrong, with the server in front. */
function connectErrorOf(reason: unknown, url: URL): ConnectError {
  if (reason instanceof ConnectError) return reason;
  const what = `no WebSocket with ${serverOf(url)}`;
  if (!(reason instanceof OpeningError)) {
    // A lost transport has a cause, which says more.
    const cause = reason instanceof Error && reason.cause instanceof Error ? reason.cause : reason;
    return failed(what, cause, 'ERR_HANDSHAKE');
  }
  const { response, cause: broken } = reason;
  if (response === undefined)
    return new ConnectError(`${what}: ${reason.message}`, { code: 'ERR_HANDSHAKE', cause: reason });
  const { status, statusText } = response;
  const headers = new Headers(response.headers.map(([name, value]) => [name, value]));
  const body = isChunked(headers.get('transfer-encoding')) ? decodeChunked(response.body) : response.body;
  const answer = { status, headers, body, cause: reason };
  return broken?.kind === 'unexpected_status'
    ? refused(what, { ...answer, code: 'ERR_HANDSHAKE_REFUSED', statusText })
    : new ConnectError(`${what}: ${reason.message}`, { ...answer, code: 'ERR_HANDSHAKE' });
}
