/** The way to a server: a socket, or a tunnel through a proxy, TLS, and perhaps a stream of HTTP/2. */

import type { Duplex } from 'node:stream';
import { fromNodeDuplex } from '../adapters/node.js';
import type { Connect, ConnectRequest, Transport } from '../websocket/transport.js';
import { ConnectError } from './errors.js';
import { openStream } from './http2.js';
import { type ConnectOptions, type ForwardProxy, proxyOf, type Settings, settingsOf } from './options.js';
import { openTunnel } from './proxy.js';
import { proxyFromEnvironment } from './proxy-env.js';
import { openSocket, startTls } from './socket.js';
import type { StepOptions } from './step.js';
import { authority, hostOf, portOf, serverOf } from './url.js';

/**
 * Makes the function that {@link createWebSocketClass} wants, for `ws:` and `wss:` URLs on Node, Deno and Bun. What it
 * throws is a {@link ConnectError}, a wrong option a `TypeError` or `RangeError`, at once; when the request's signal is
 * aborted, the reason of that. After a failure nothing is left open.
 *
 * @example
 * const WebSocket = createWebSocketClass(connect({ proxy: 'http://proxy.example:3128' }));
 */
export function connect(options: ConnectOptions = {}): Connect {
  const settings = settingsOf(options);
  return async (request) => {
    request.signal.throwIfAborted();
    const socket = await socketTo(request, settings);
    return settings.http2 ? openHttp2(socket, request) : fromNodeDuplex(socket);
  };
}

/** A connection to the server of a URL, encrypted if that is `wss:`. */
async function socketTo({ url, signal }: ConnectRequest, settings: Settings): Promise<Duplex> {
  const { http2, tls, tlsTimeout } = settings;
  const socket = await plainSocketTo(url, signal, settings);
  if (url.protocol !== 'wss:') return socket;
  const name = serverOf(url);
  const step = { what: `no TLS with ${name}`, signal, timeout: tlsTimeout };
  const secure = await startTls(socket, hostOf(url), tls, http2 ? 'h2' : 'http/1.1', step);
  if (http2 && secure.alpnProtocol !== 'h2') {
    secure.destroy();
    throw new ConnectError(`no HTTP/2 with ${name}: it does not speak it`, { code: 'ERR_HTTP2' });
  }
  return secure;
}

function plainSocketTo(url: URL, signal: AbortSignal, settings: Settings): Promise<Duplex> {
  const { socketPath, tcp, connectTimeout: timeout } = settings;
  if (socketPath !== undefined)
    return openSocket({ path: socketPath }, {}, { what: `cannot reach ${socketPath}`, signal, timeout });
  const proxy = settings.proxy ?? environmentProxyFor(url);
  if (proxy) return tunnelTo(serverOf(url), proxy, signal, settings);
  const address = { host: hostOf(url), port: portOf(url) };
  return openSocket(address, tcp, { what: `cannot reach ${serverOf(url)}`, signal, timeout });
}

function environmentProxyFor(url: URL): ForwardProxy | undefined {
  try {
    const proxy = proxyFromEnvironment(url);
    return proxy && proxyOf('proxy', proxy);
  } catch (cause) {
    throw new ConnectError(`no proxy: ${(cause as Error).message}`, { code: 'ERR_PROXY', cause });
  }
}

async function tunnelTo(server: string, proxy: ForwardProxy, signal: AbortSignal, settings: Settings): Promise<Duplex> {
  const { connectTimeout, tlsTimeout, proxyTimeout } = settings;
  const address = { host: hostOf(proxy.url), port: portOf(proxy.url) };
  const name = `the proxy ${authority(address.host, address.port)}`;
  const stepOf = (what: string, timeout: number): StepOptions => ({ what, signal, timeout });
  const reaching = stepOf(`cannot reach ${name}`, connectTimeout);
  let socket: Duplex = await openSocket(address, settings.tcp, reaching);
  if (proxy.url.protocol === 'https:')
    socket = await startTls(socket, address.host, proxy.tls, 'http/1.1', stepOf(`no TLS with ${name}`, tlsTimeout));
  await openTunnel(socket, proxy, server, stepOf(`no way to ${server} through ${name}`, proxyTimeout));
  return socket;
}

/** How long HTTP/2 takes is bounded by the time limit of the handshake. */
const openHttp2 = (socket: Duplex, request: ConnectRequest): Promise<Transport> =>
  openStream(socket, request, {
    what: `no WebSocket with ${serverOf(request.url)}`,
    signal: request.signal,
    timeout: Number.POSITIVE_INFINITY,
  });
