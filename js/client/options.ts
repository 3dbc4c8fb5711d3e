/** What a caller may choose, checked. */

import type { TcpSocketConnectOpts } from 'node:net';
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { LONGEST_TIMEOUT } from './step.js';

/** Choices for TLS, as `node:tls` has them: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`, `minVersion` … */
export type TlsOptions = Omit<
  TlsConnectionOptions,
  'socket' | 'host' | 'port' | 'path' | 'timeout' | 'lookup' | 'allowHalfOpen'
>;

/** Choices for TCP, as `node:net` has them. Of several addresses of a host the first to answer is taken. */
export type TcpOptions = Pick<
  TcpSocketConnectOpts,
  | 'lookup'
  | 'family'
  | 'hints'
  | 'localAddress'
  | 'localPort'
  | 'keepAlive'
  | 'keepAliveInitialDelay'
  | 'autoSelectFamily'
  | 'autoSelectFamilyAttemptTimeout'
>;

/** A forward proxy that knows CONNECT (RFC 9110 §9.3.6). */
export interface ProxyOptions {
  /** `http:` or `https:`. Its user and password are sent as `Proxy-Authorization`, by the Basic scheme. */
  readonly url: string | URL;
  /** Further header fields for the proxy. Default none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** TLS with an `https:` proxy. Default: what Node trusts. */
  readonly tls?: TlsOptions | undefined;
}

/** Choices for {@link connect}. */
export interface ConnectOptions {
  /**
   * The forward proxy, `false` for none. By default the environment says: `wss_proxy`, `https_proxy` and `all_proxy`
   * for `wss:`, `ws_proxy`, `https_proxy`, `http_proxy` and `all_proxy` for `ws:`, and `no_proxy`, each in lower or upper
   * case.
   */
  readonly proxy?: string | URL | ProxyOptions | false | undefined;
  /** TLS with the server of a `wss:` URL. Default: what Node trusts, ALPN `http/1.1`, and the host of the URL as name. */
  readonly tls?: TlsOptions | undefined;
  /** TCP, to the server or to the proxy. */
  readonly tcp?: TcpOptions | undefined;
  /**
   * The path of a Unix domain socket, or the name of a Windows pipe, on which the server listens. The host of the URL is
   * then only sent to the server, and there is no proxy. Default none.
   */
  readonly socketPath?: string | undefined;
  /** Whether the WebSocket is a stream of HTTP/2, opened by an extended CONNECT (RFC 8441). Default false. */
  readonly http2?: boolean | undefined;
  /** Milliseconds for the look-up of the name and for TCP; `Infinity` for no limit. Default 10 000. */
  readonly connectTimeout?: number | undefined;
  /** Milliseconds for each TLS handshake; `Infinity` for no limit. Default 10 000. */
  readonly tlsTimeout?: number | undefined;
  /** Milliseconds for the proxy to answer; `Infinity` for no limit. Default 10 000. */
  readonly proxyTimeout?: number | undefined;
}

/** A proxy, checked. */
export interface ForwardProxy {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

/** {@link ConnectOptions}, checked and with the defaults in place. */
export interface Settings {
  /** `undefined`: the environment says. */
  readonly proxy: ForwardProxy | false | undefined;
  readonly tls: TlsOptions;
  readonly tcp: TcpOptions;
  readonly socketPath: string | undefined;
  readonly http2: boolean;
  readonly connectTimeout: number;
  readonly tlsTimeout: number;
  readonly proxyTimeout: number;
}

const DEFAULT_TIMEOUT = 10_000;

/** Checks the choices; what is wrong throws a `TypeError` or `RangeError` that names it. */
export function settingsOf(options: ConnectOptions): Settings {
  const given = objectOf('options', options);
  const { proxy, socketPath, http2 = false } = given;
  if (typeof http2 !== 'boolean') throw wrong('options.http2', 'boolean', http2);
  if (socketPath !== undefined && (typeof socketPath !== 'string' || socketPath === ''))
    throw wrong('options.socketPath', 'a path', socketPath);
  if (socketPath !== undefined && proxy)
    throw new TypeError('"options.proxy" expected none beside "options.socketPath"');
  return {
    proxy: proxy === undefined || proxy === false ? proxy : proxyOf('options.proxy', proxy),
    tls: objectOf('options.tls', given.tls),
    tcp: objectOf('options.tcp', given.tcp),
    socketPath,
    http2,
    connectTimeout: timeoutOf('options.connectTimeout', given.connectTimeout),
    tlsTimeout: timeoutOf('options.tlsTimeout', given.tlsTimeout),
    proxyTimeout: timeoutOf('options.proxyTimeout', given.proxyTimeout),
  };
}

/** A proxy by its URL or by its options; `name` is where it was found. */
export function proxyOf(name: string, proxy: string | URL | ProxyOptions): ForwardProxy {
  const short = typeof proxy === 'string' || proxy instanceof URL;
  const given = short ? { url: proxy } : objectOf(name, proxy);
  const url = proxyUrlOf(short ? name : `${name}.url`, given.url);
  const headers: Readonly<Record<string, string>> = { ...given.headers };
  for (const [field, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(field)) throw wrong(`${name}.headers`, 'names of header fields', field);
    if (typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new TypeError(`"${name}.headers["${field}"]" expected a value of one line`);
  }
  return { url, headers, tls: objectOf(`${name}.tls`, given.tls) };
}

/** In the environment a proxy is often written without its scheme. The value may hold a password: it is not repeated. */
function proxyUrlOf(name: string, value: unknown): URL {
  const text = String(value);
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    const got = url === undefined ? 'something else' : `one of ${url.protocol}`;
    throw new TypeError(`"${name}" expected an http: or https: URL, got ${got}`);
  }
  return url;
}

function timeoutOf(name: string, value: unknown): number {
  if (value === undefined) return DEFAULT_TIMEOUT;
  if (value === Infinity) return Infinity;
  if (typeof value === 'number' && value >= 0 && value <= LONGEST_TIMEOUT) return value;
  throw new RangeError(
    `"${name}" expected milliseconds from 0 to ${LONGEST_TIMEOUT} or Infinity, got ${String(value)}`,
  );
}

function objectOf<T extends object>(name: string, value: T | undefined): Partial<T> & object {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null) throw wrong(name, 'an object', value);
  return value;
}

const wrong = (name: string, expected: string, value: unknown): TypeError =>
  new TypeError(`"${name}" expected ${expected}, got ${value === null ? 'null' : typeof value}`);
