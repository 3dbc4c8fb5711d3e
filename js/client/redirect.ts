/** Redirects, and what must not go along with them. */

import { ConnectError } from './errors.js';
import type { ConnectOptions, TlsOptions } from './options.js';
import { serverOf } from './url.js';

/** What one attempt is made of. */
export interface Redirectable {
  readonly url: URL;
  readonly headers: Headers;
  readonly connect: ConnectOptions;
}

/** Those that say where to go (RFC 9110 §15.4); a WebSocket has but the one method. */
const statuses: ReadonlySet<number | undefined> = new Set([301, 302, 303, 307, 308]);

/** Where a refusal says to go; `undefined` if it does not. */
export function locationOf({ code, status, headers }: ConnectError): string | undefined {
  if (code !== 'ERR_HANDSHAKE_REFUSED' || !statuses.has(status)) return undefined;
  return headers?.get('location') ?? undefined;
}

/** A redirect is not followed. */
export function redirectError(from: URL, why: string, refusal: ConnectError): ConnectError {
  const { status, headers, body } = refusal;
  const message = `no WebSocket with ${serverOf(from)}: it redirects ${why}`;
  return new ConnectError(message, { code: 'ERR_REDIRECT', status, headers, body, cause: refusal });
}

/** The next attempt; a redirect that must not be followed throws. */
export function redirected(from: Redirectable, location: string, refusal: ConnectError): Redirectable {
  const url = webSocketUrlOf(location, from.url);
  const refuse = (why: string) => redirectError(from.url, why, refusal);
  if (url === undefined) throw refuse('to what is no WebSocket URL');
  if (from.url.protocol === 'wss:' && url.protocol !== 'wss:') throw refuse('from wss: to ws:');
  if (url.origin === from.url.origin) {
    url.username = from.url.username;
    url.password = from.url.password;
    return { ...from, url };
  }
  if (from.connect.socketPath !== undefined) throw refuse('to another server than that of the socket');
  url.username = '';
  url.password = '';
  return { url, headers: withoutCredentials(from.headers), connect: withoutIdentity(from.connect) };
}

function webSocketUrlOf(location: string, base: URL): URL | undefined {
  if (!URL.canParse(location, base.href)) return undefined;
  const url = new URL(new URL(location, base).href.replace(/^http(?=s?:)/, 'ws'));
  url.hash = '';
  return url.protocol === 'ws:' || url.protocol === 'wss:' ? url : undefined;
}

function withoutCredentials(given: Headers): Headers {
  const headers = new Headers(given);
  for (const name of ['authorization', 'proxy-authorization', 'cookie']) headers.delete(name);
  return headers;
}

/**
 * What is for the one server: the client's certificate or secret, in whatever form, a session with the server, and the name that its
 * certificate is checked for. A context may have any of them.
 */
const identity = [
  'cert',
  'clientCertEngine',
  'key',
  'passphrase',
  'pfx',
  'privateKeyEngine',
  'privateKeyIdentifier',
  'pskCallback',
  'secureContext',
  'servername',
  'session',
] as const satisfies (keyof TlsOptions)[];

function withoutIdentity(options: ConnectOptions): ConnectOptions {
  if (options.tls === undefined) return options;
  const tls = { ...options.tls };
  for (const name of identity) delete tls[name];
  return { ...options, tls };
}
