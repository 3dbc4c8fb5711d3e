/** What the constructors take: where to, and which subprotocols. */

/** A URL as the constructors of the standard read it: `ws:` or `wss:`, without a fragment. */
export function webSocketUrl(given: unknown): URL {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  const text = `${given}`;
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new DOMException(`"url" expected an absolute URL, got '${text}'`, 'SyntaxError');
  }
  if (url.protocol === 'http:') url = new URL(`ws:${url.href.slice('http:'.length)}`);
  else if (url.protocol === 'https:') url = new URL(`wss:${url.href.slice('https:'.length)}`);
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new DOMException(`"url" expected the scheme ws or wss, got '${url.protocol}'`, 'SyntaxError');
  }
  // Of an empty fragment only `href` knows.
  if (url.href.includes('#')) throw new DOMException(`"url" expected no fragment, got '${url.href}'`, 'SyntaxError');
  return url;
}

/** A token (RFC 9110 §5.6.2), of which subprotocols are made (RFC 6455 §4.1). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Subprotocols: tokens, none of them twice. */
export function subprotocols(given: Iterable<unknown>): string[] {
  const names = [...given].map((name) => `${name}`);
  const seen = new Set<string>();
  for (const name of names) {
    if (!token.test(name)) throw new DOMException(`"protocols" expected tokens, got '${name}'`, 'SyntaxError');
    if (seen.has(name.toLowerCase())) throw new DOMException(`"protocols" has '${name}' twice`, 'SyntaxError');
    seen.add(name.toLowerCase());
  }
  return names;
}

/** The fields that the handshake writes by itself. */
const owned = /^(?:connection|upgrade|host|sec-websocket-.*)$/i;

/** What `new Headers` takes. Of the platforms' declarations only the DOM's have this name. */
export type HeadersInit = NonNullable<ConstructorParameters<typeof Headers>[0]>;

/** Header fields that a caller adds to the handshake. */
export function callerHeaders(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  for (const [name] of headers) {
    if (owned.test(name)) throw new TypeError(`"headers" may not have '${name}': the handshake writes it`);
  }
  return headers;
}
