/** A WebSocket as a stream of HTTP/2, opened by an extended CONNECT (RFC 8441). */

import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  connect as http2Connect,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { fromNodeDuplex } from '../adapters/node.js';
import type { ConnectRequest, ConnectResponse, Transport } from '../websocket/transport.js';
import { ConnectError, refused } from './errors.js';
import { readBody } from './refusal.js';
import { type StepOptions, step } from './step.js';

/** Opens a session on a connected socket, and the one stream in it. The session goes with the stream. */
export async function openStream(socket: Duplex, request: ConnectRequest, options: StepOptions): Promise<Transport> {
  const { url } = request;
  const scheme = url.protocol === 'wss:' ? 'https' : 'http';
  const session = http2Connect(`${scheme}://${url.host}`, {
    createConnection: () => socket,
    settings: { enablePush: false },
  });
  try {
    await step<void>(session, options, (done, fail) => ({
      // It must be asked for only where it is announced (RFC 8441 §3).
      remoteSettings: ({ enableConnectProtocol }: { enableConnectProtocol?: boolean }) => {
        if (enableConnectProtocol === true) done();
        else fail(new ConnectError(`${options.what}: it takes no WebSockets over HTTP/2`, { code: 'ERR_HTTP2' }));
      },
    }));
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': scheme,
      ':authority': url.host,
      ':path': url.pathname + url.search,
      ...fieldsOf(request),
    });
    stream.on('close', () => leave(session, socket));
    const { hasEnded, ...response } = await responseOf(stream, options);
    // An answer without a stream behind it is none to a request for one.
    if (response.status < 200 || response.status > 299 || hasEnded) throw await refusalOf(stream, response, options);
    return Object.assign(fromNodeDuplex(stream), { response });
  } catch (error) {
    session.destroy();
    socket.destroy();
    throw error;
  }
}

/** Says goodbye, and waits for nobody: a session that is closed would wait for the peer to end the connection. */
function leave(session: ClientHttp2Session, socket: Duplex): void {
  session.close();
  // The frame that says so is written by then.
  setImmediate(() => socket.end(() => socket.destroy()));
}

/** The fields with those of one name together: in HTTP/2 names are in lower case (RFC 9113 §8.2). */
function fieldsOf({ fields }: ConnectRequest): Record<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const key = name.toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), value]);
  }
  return Object.fromEntries(byName);
}

interface Http2Response extends ConnectResponse {
  /** Whether nothing follows. */
  readonly hasEnded: boolean;
}

function responseOf(stream: ClientHttp2Stream, options: StepOptions): Promise<Http2Response> {
  return step(stream, options, (done) => ({
    response: (headers: IncomingHttpHeaders & { ':status'?: number }, flags: number) => {
      const fields = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
      const pairs = fields.flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, each] as const));
      const hasEnded = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      done({ status: Number(headers[':status']), headers: pairs, hasEnded });
    },
  }));
}

async function refusalOf(stream: ClientHttp2Stream, response: ConnectResponse, options: StepOptions): Promise<Error> {
  const headers = new Headers([...response.headers].map(([name, value]) => [name, value]));
  const body = await readBody(stream, Buffer.alloc(0), headers, options);
  return refused(options.what, {
    code: 'ERR_HANDSHAKE_REFUSED',
    status: response.status,
    statusText: '',
    headers,
    body,
  });
}
