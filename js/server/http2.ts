/** Connections as streams of HTTP/2, opened by an extended CONNECT (RFC 8441). */

import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { fromNodeDuplex } from '../adapters/node.js';
import type { Accepted } from '../websocket/accepted.js';
import { type Wire, type WireSink, writeInTurn } from '../websocket/source.js';
import type { WebSocketStream } from '../websocket/stream.js';
import type { WebSocket } from '../websocket/websocket.js';
import { wireOf } from '../websocket/wire.js';
import { bytesOfLatin1, latin1Of } from './latin1.js';
import { accepted, asWebSocket, asWebSocketStream, madeFor, type ServerOptions, serverHandshake } from './options.js';

/**
 * Accepts a request for a WebSocket, with the arguments of the `stream` event of Node's HTTP/2 servers, which must have
 * announced `enableConnectProtocol`. What is no such request is refused by itself.
 *
 * @example
 * const server = createSecureServer({ key, cert, settings: { enableConnectProtocol: true } });
 * server.on('stream', (stream, headers) => {
 *   if (headers[':protocol'] === 'websocket') acceptHttp2(stream, headers, { origins: 'any' });
 * });
 */
export function acceptHttp2(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: ServerOptions,
): WebSocket {
  return asWebSocket(acceptedFrom(stream, headers, options));
}

/** As {@link acceptHttp2}, with the shape of `WebSocketStream`. Of a request that is refused, `opened` and `closed` reject. */
export function acceptHttp2Stream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  options: ServerOptions,
): WebSocketStream {
  return asWebSocketStream(acceptedFrom(stream, headers, options));
}

function acceptedFrom(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, options: ServerOptions): Accepted {
  const handshake = serverHandshake(options);
  const wire = madeFor(handshake, () => new Http2Wire(stream, wireOf(fromNodeDuplex(stream))));
  const scheme = headers[':scheme'] === 'https' ? 'wss' : 'ws';
  return accepted(options, scheme, (driver) => {
    driver.begin();
    if (headers[':protocol'] === 'websocket' && headers[':method'] === 'CONNECT')
      handshake.receiveData(headOf(headers));
    else {
      // RFC 9220 §3: a protocol that the server does not know.
      driver.refused(new Error(`the request is for the protocol ${JSON.stringify(headers[':protocol'] ?? '')}`));
      wire.status = 501;
      handshake.receiveData(bytesOfLatin1('GET / HTTP/1.1\r\n\r\n'));
    }
    driver.start(wire, handshake);
  });
}

/** Fields of a handshake over HTTP/1.1 for which HTTP/2 has other means (RFC 8441 §5), or none (RFC 9113 §8.2.2). */
const replaced = /^(:.*|host|connection|upgrade|sec-websocket-key|sec-websocket-accept|transfer-encoding)$/i;

/** The request over HTTP/1.1 that an extended CONNECT stands for: it is checked by the same rules. */
function headOf(headers: IncomingHttpHeaders): Uint8Array {
  const fields = Object.entries(headers).filter(([name]) => !replaced.test(name));
  const lines = fields.flatMap(([name, value]) => [value].flat().map((each) => `${name}: ${each}\r\n`));
  return bytesOfLatin1(
    `GET ${headers[':path'] ?? ''} HTTP/1.1\r\nHost: ${headers[':authority'] ?? headers.host ?? ''}\r\n` +
      `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${lines.join('')}\r\n`,
  );
}

/** The wire of a stream. The first that goes out is the answer over HTTP/1.1: it becomes header fields. */
class Http2Wire implements Wire {
  /** Instead of the status of a refusal. */
  status: number | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #wire: Wire;
  #answered = false;
  readonly pooled = true;

  constructor(stream: ServerHttp2Stream, wire: Wire) {
    this.#stream = stream;
    this.#wire = wire;
  }

  start(sink: WireSink): void {
    this.#wire.start(sink);
  }

  write(bytes: Uint8Array<ArrayBuffer>): void | PromiseLike<void> {
    if (this.#answered) return this.#wire.write(bytes);
    this.#answered = true;
    if (this.status !== undefined) {
      this.#stream.respond({ ':status': this.status });
      return undefined;
    }
    const text = latin1Of(bytes);
    const end = text.indexOf('\r\n\r\n');
    const [first = '', ...lines] = text.slice(0, end).split('\r\n');
    const status = Number(first.split(' ')[1]);
    const fields: OutgoingHttpHeaders = { ':status': status === 101 ? 200 : status };
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      if (replaced.test(name)) continue;
      const value = line.slice(colon + 1).trim();
      const before = fields[name] as string | string[] | undefined;
      fields[name] = before === undefined ? value : [before, value].flat();
    }
    this.#stream.respond(fields);
    const body = bytes.subarray(end + 4);
    return body.length > 0 ? this.#wire.write(body) : undefined;
  }

  writeAll(pieces: readonly Uint8Array<ArrayBuffer>[]): void | PromiseLike<void> {
    return this.#answered ? this.#wire.writeAll(pieces) : writeInTurn(this, pieces);
  }

  end(): void | PromiseLike<void> {
    return this.#wire.end();
  }

  abort(reason: unknown): void | PromiseLike<void> {
    return this.#wire.abort(reason);
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    this.#wire.resume();
  }

  close(): unknown {
    return this.#wire.close();
  }
}
