/** Why there is no connection, in words for a person and in a code for a program. */

/** What a {@link ConnectError} says besides its message. */
export interface ConnectErrorInit {
  readonly code: string;
  readonly cause?: unknown;
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
  readonly body?: Uint8Array | undefined;
}

/** There is no connection. What an API below said of it, if one did, is its `cause`. */
export class ConnectError extends Error {
  static {
    ConnectError.prototype.name = 'ConnectError';
  }

  /**
   * The name of what happened: that of the system or of TLS (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or one of
   * `ERR_TIMEOUT`, `ERR_CLOSED`, `ERR_PROXY` (it is not usable or gave no sensible answer), `ERR_PROXY_REFUSED`,
   * `ERR_HTTP2`, `ERR_HANDSHAKE`, `ERR_HANDSHAKE_REFUSED` and `ERR_REDIRECT`.
   */
  readonly code: string;
  /** The HTTP status of who refused: of the proxy with `ERR_PROXY_REFUSED`, else of the server. */
  readonly status: number | undefined;
  /** The header fields of the refusal. */
  readonly headers: Headers | undefined;
  /** What the refusal says, as far as it has arrived, up to 64 KiB, without the `chunked` coding. */
  readonly body: Uint8Array | undefined;

  constructor(message: string, { code, cause, status, headers, body }: ConnectErrorInit) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'the address is not available',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'the network is unreachable',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'the name is not known',
  EPIPE: 'the connection was reset',
  ETIMEDOUT: 'it does not answer',

  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself and not trusted',
  ERR_SSL_NO_PROTOCOL: 'it has no version of TLS in common',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'it speaks none of the protocols offered',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it has no version of TLS in common',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted',
};

/** An error of the platform with what was tried in front; `code` is for one that has none. */
export function failed(what: string, cause: unknown, code = 'ERR_CLOSED'): ConnectError {
  const error = firstOf(cause);
  // Those of a DOMException are numbers, and have names.
  const known = typeof error.code === 'string' ? error.code : error.name === 'TimeoutError' ? 'ERR_TIMEOUT' : code;
  return new ConnectError(`${what}: ${words[known] ?? error.message ?? String(cause)}`, { code: known, cause });
}

/** The peer has gone without a word. */
export const closed = (what: string): ConnectError =>
  new ConnectError(`${what}: it closed the connection`, { code: 'ERR_CLOSED' });

/** Of several addresses that were tried, the first says why. */
function firstOf(cause: unknown): Partial<NodeJS.ErrnoException> {
  const { errors } = Object(cause) as { errors?: unknown };
  return Array.isArray(errors) && errors.length > 0 ? firstOf(errors[0]) : Object(cause);
}

/** An answer that is a refusal: of a proxy, or of a server. */
export interface Refusal {
  readonly code: 'ERR_PROXY_REFUSED' | 'ERR_HANDSHAKE_REFUSED';
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly cause?: unknown;
}

/** The error of a refusal, with its phrase, and which credentials are wanted if they are (RFC 9110 §11). */
export function refused(what: string, { statusText, ...refusal }: Refusal): ConnectError {
  const { status, headers } = refusal;
  const challenge = { 401: 'www-authenticate', 407: 'proxy-authenticate' }[status];
  const wanted = challenge === undefined ? null : headers.get(challenge);
  const phrase = `${status} ${visible(statusText)}`.trimEnd();
  const message = `${what}: it answered ${phrase}${wanted === null ? '' : `, and wants ${visible(wanted)}`}`;
  return new ConnectError(message, refusal);
}

/** Text of a stranger for a message: of one line, and not long. */
const visible = (text: string): string => text.replace(/[^\x20-\x7e]/g, '\ufffd').slice(0, 200);
