/** What a WebSocket connection runs over: the contract between a driver and the bytes of any platform. */

import { viewOf } from './buffer-source.js';

/**
 * A reliable, ordered duplex of bytes. Where it is cut into chunks carries no meaning.
 *
 * Many platforms hand one out as it is: a `WebTransport` bidirectional stream, a `TCPSocket` of Direct Sockets or of
 * `cloudflare:sockets`. For the others there are `sansocket/adapters` and {@link createTransport}.
 */
export interface Transport {
  /** What the peer sends, any `BufferSource` a chunk. Its close is the peer's end; an error is the loss of the connection. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes to the peer. `close()` ends our direction, `abort()` resets, `ready` is the backpressure. */
  readonly writable: WritableStream<Uint8Array>;
  /** Settles when the connection is gone, if that is known earlier than by the streams. */
  readonly closed?: Promise<unknown> | undefined;
  /** Releases the resource once both directions have ended. */
  close?(): unknown;
  /**
   * The answer to an extended CONNECT, if the stream was opened with one (RFC 8441 §5). The handshake is then checked by
   * these fields and nothing of it goes over the stream.
   */
  readonly response?: ConnectResponse | undefined;
}

/** The header fields that answered an extended CONNECT. */
export interface ConnectResponse {
  /** The status: 200–299 opens the connection. */
  readonly status: number;
  /** All fields but those that begin with a colon. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

/** What a {@link Connect} function is asked for. */
export interface ConnectRequest {
  /** Where to: `ws:` or `wss:`. */
  readonly url: URL;
  /** The subprotocols offered, best first. */
  readonly protocols: readonly string[];
  /** The header fields that the caller asked for, such as `Authorization`. They are in the handshake already. */
  readonly headers: Headers;
  /**
   * The fields of the opening handshake that say what is wanted: `sec-websocket-version`, `-protocol`, `-extensions`,
   * `origin` and those of {@link headers}. For a transport that is opened by an extended CONNECT.
   */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Aborted by `close()` before the connection is open, and by the time limit of the handshake. */
  readonly signal: AbortSignal;
}

/** Gives a transport to the peer. To be refused is to throw or to reject: the cause is in the `error` event. */
export type Connect = (request: ConnectRequest) => Transport | PromiseLike<Transport>;

/** The kind of a value, for errors. */
function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return typeof value;
  return (value as { constructor?: { name?: string } }).constructor?.name ?? 'object';
}

/** Refuses what is no transport, naming the part that is wrong. */
export function checkTransport(value: unknown): asserts value is Transport {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`"transport" expected { readable, writable }, got ${describe(value)}`);
  }
  const { readable, writable, closed, close } = value as Partial<Transport>;
  // By what they can do: a stream of another realm is one, too.
  if (typeof readable?.getReader !== 'function') {
    throw new TypeError(`"transport.readable" expected ReadableStream, got ${describe(readable)}`);
  }
  if (typeof writable?.getWriter !== 'function') {
    throw new TypeError(`"transport.writable" expected WritableStream, got ${describe(writable)}`);
  }
  if (closed !== undefined && typeof closed?.then !== 'function') {
    throw new TypeError(`"transport.closed" expected Promise, got ${describe(closed)}`);
  }
  if (close !== undefined && typeof close !== 'function') {
    throw new TypeError(`"transport.close" expected function, got ${describe(close)}`);
  }
  if (readable.locked)
    throw new TypeError('"transport.readable" expected a stream that nobody reads, got a locked one');
  if (writable.locked)
    throw new TypeError('"transport.writable" expected a stream that nobody writes, got a locked one');
}

/** A chunk of a stream of a transport as bytes, not copied. */
export function bytesOfChunk(stream: 'readable' | 'writable', chunk: unknown): Uint8Array {
  const bytes = chunk instanceof Uint8Array ? chunk : viewOf(chunk);
  if (bytes === undefined)
    throw new TypeError(`a chunk of "transport.${stream}" expected bytes, got ${describe(chunk)}`);
  return bytes;
}
