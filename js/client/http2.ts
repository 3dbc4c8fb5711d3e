/** A WebSocket as a stream of HTTP/2, opened by an extended CONNECT (RFC 8441). */

import { type ClientHttp2Stream, connect as http2Connect, type IncomingHttpHeaders } from 'node:http2';
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
    stream.on('close', () => session.close());
    const response = await responseOf(stream, options);
    if (response.status < 200 || response.status > 299) throw await refusalOf(stream, response, options);
    return Object.assign(fromNodeDuplex(stream), { response });
  } catch (error) {
    session.destroy();
    throw error;
  }
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

function responseOf(stream: ClientHttp2Stream, options: StepOptions): Promise<ConnectResponse> {
  return step(stream, options, (done) => ({
    response: (headers: IncomingHttpHeaders & { ':status'?: number }) => {
      const fields = Object.entries(headers).filter(([name]) => !name.startsWith(':'));
      const pairs = fields.flatMap(([name, value]) => [value ?? []].flat().map((each) => [name, each] as const));
      done({ status: Number(headers[':status']), headers: pairs });
    },
  }));
}

async function refusalOf(stream: ClientHttp2Stream, response: ConnectResponse, options: StepOptions): Promise<Error> {
  const body = await readBody(stream, Buffer.alloc(0), Number.POSITIVE_INFINITY, options);
  const headers = new Headers([...response.headers].map(([name, value]) => [name, value]));
  return refused(options.what, {
    code: 'ERR_HANDSHAKE_REFUSED',
    status: response.status,
    statusText: '',
    headers,
    body,
  });
}
