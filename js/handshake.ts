/** The opening handshake over HTTP/1.1 (RFC 6455 §4), both roles, without the socket. */

import { bytesOf, describe, integerOf, limitOf, objectOf, stringOf, TEXT_OR_BYTES } from './arguments.js';
import { Connection } from './connection.js';
import { connectionSettings, type InputOptions } from './connection-options.js';
import { agreedDeflate, deflateSettings, type PerMessageDeflateOptions } from './deflate.js';
import { dispose } from './dispose.js';
import { typeError, UsageError } from './errors.js';
import { headerFieldsOf, headLimitsOf, originOf, originsOf, stringsOf } from './handshake-arguments.js';
import type { HandshakeError } from './handshake-error.js';
import { randomKey } from './key.js';
import type { Bytes, ConnectionOptions, State } from './types.js';
import type { CallName, Codec } from './wasm/codec.js';
import { Refusal } from './wasm/codec.js';
import { FieldReader, packFields } from './wasm/fields.js';
import { Handle } from './wasm/handle.js';
import { argumentError, refusalError } from './wasm/refusal.js';
import { handshakeError } from './wasm/violations.js';

/** Header fields: pairs in order, or an object. */
export type HeaderFields = Iterable<readonly [name: string, value: string]> | Readonly<Record<string, string>>;

/** Bounds on the head that the peer sends. All are inclusive; `Infinity` is not accepted here. */
export interface HeadLimits {
  /** Bytes of the whole head. Default 16 KiB. */
  readonly maxHeaderBytes?: number | undefined;
  /** Header fields. Default 100, at most 256. */
  readonly maxHeaders?: number | undefined;
  /** Bytes of the first line. Default 8 KiB. */
  readonly maxStartLineBytes?: number | undefined;
}

/** What a client asks for. */
export interface ClientHandshakeOptions extends HeadLimits {
  /** Host of the server, with the port unless it is the default one of the scheme. */
  readonly host: string;
  /** Path and query. Default `/`. */
  readonly path?: string | undefined;
  /** The origin of the page on whose behalf the connection is made. Default none. */
  readonly origin?: string | undefined;
  /** The subprotocols offered, best first. Default none. */
  readonly protocols?: readonly string[] | undefined;
  /** Further header fields, such as `Authorization` or `Cookie`. */
  readonly headers?: HeaderFields | undefined;
  /** The value of `Sec-WebSocket-Key`. Default: 16 fresh random bytes in base64. */
  readonly key?: string | undefined;
  /** Interim (1xx) responses that are skipped. Default 16. */
  readonly maxInterimResponses?: number | undefined;
  /** Bytes that are kept of the body of a refusal. Default 64 KiB. */
  readonly maxRefusalBodyBytes?: number | undefined;
  /** Compression (RFC 7692): whether, and how. Default false. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /** Choices for the connection that comes out of it. */
  readonly connection?: Omit<ConnectionOptions, 'role' | 'perMessageDeflate'> | undefined;
}

/** How a server treats requests. */
export interface ServerHandshakeOptions extends HeadLimits {
  /**
   * From which origins connections are taken, each as browsers write it (`https://example.com`), or `'any'`. A page of
   * any site can open a connection with the user's cookies, so this is a choice without default (RFC 6455 §10.2).
   * Requests without an origin come from what is no browser, and pass: look at `request.origin`.
   */
  readonly origins: 'any' | readonly string[];
  /** The subprotocols that the server speaks, preferred first. Default none. */
  readonly protocols?: readonly string[] | undefined;
  /** Compression (RFC 7692): whether, and how. Default false. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /** Choices for the connection that comes out of it. */
  readonly connection?: Omit<ConnectionOptions, 'role' | 'perMessageDeflate'> | undefined;
}

/** A valid request for a WebSocket connection. */
export interface HandshakeRequest {
  readonly method: 'GET';
  /** The target as received: a path with its query, or an absolute URI. */
  readonly target: string;
  /** Path and query. Data from a stranger: neither decoded nor normalised. */
  readonly path: string;
  /** Host and port. */
  readonly host: string;
  /** The origin of the page that asks; `undefined` if it is no browser. */
  readonly origin: string | undefined;
  /** All header fields, in order. Bytes beyond ASCII are one character each. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The subprotocols offered, the client's preferred first. */
  readonly protocols: readonly string[];
  /** The extensions offered: all `Sec-WebSocket-Extensions` in one. */
  readonly extensions: string;
  /** The value of `Sec-WebSocket-Key`. */
  readonly key: string;
}

/** The final response of a server, whether the handshake succeeded with it or not. */
export interface HandshakeResponse {
  readonly status: number;
  readonly statusText: string;
  /** All header fields, in order. Bytes beyond ASCII are one character each. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The body of a refusal as far as it has arrived, up to `maxRefusalBodyBytes`; its transfer coding is not undone. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** Whether the body is all there is. */
  readonly bodyComplete: boolean;
}

/** How a server accepts. */
export interface AcceptOptions {
  /** The subprotocol, one of those offered; `undefined` for none. Default: the first of the server's that was offered. */
  readonly protocol?: string | undefined;
  /** Further header fields, such as `Set-Cookie`. */
  readonly headers?: HeaderFields | undefined;
}

/** How a server refuses. */
export interface RejectOptions {
  readonly headers?: HeaderFields | undefined;
  /** Text is encoded as UTF-8. */
  readonly body?: string | Bytes | undefined;
}

/** The flags of a handshake: `src/wasm/handshake.rs` has the same. */
const Flag = { State: 3, HasError: 1 << 2, HasResponse: 1 << 3, BodyComplete: 1 << 4 } as const;
const Progress = { Reading: 0, Deciding: 1, Open: 2, Failed: 3 } as const;

/** The status that accepts a request. */
const ACCEPT = 101;

/** What both roles share. */
abstract class Handshake {
  protected readonly handle: Handle;
  protected flags = 0;
  /** What is asked for of permessage-deflate, packed. */
  protected readonly wantedDeflate: number;
  /** What was agreed, packed. */
  protected agreedDeflate = 0;
  readonly #connectionOptions: ConnectionOptions;
  #connection: Connection | undefined;
  #error: HandshakeError | undefined;
  #ended = false;

  protected constructor(connection: ConnectionOptions, make: (codec: Codec) => number) {
    // A wrong option is refused now, and not once the peer has answered.
    [this.wantedDeflate] = deflateSettings('options.perMessageDeflate', connection.perMessageDeflate);
    connectionSettings('options.connection', connection);
    this.#connectionOptions = connection;
    this.handle = new Handle(this, make);
    this.flags = this.handle.codec.flags;
  }

  /** `connecting` until the handshake has succeeded (`open`) or failed (`closed`). */
  get state(): State {
    const progress = this.flags & Flag.State;
    if (progress === Progress.Open) return 'open';
    return progress === Progress.Failed ? 'closed' : 'connecting';
  }

  /** The connection, once the handshake has succeeded. What followed the head is in it already. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  /** What the peer did wrong, if it did. It is final. */
  get error(): HandshakeError | undefined {
    return this.#error;
  }

  /** Takes bytes from the transport. Once the handshake has succeeded, they belong to the connection. */
  receiveData(bytes: Bytes, options?: InputOptions): void {
    const { codec } = this.handle;
    const view = bytesOf('bytes', bytes);
    if (this.#connection !== undefined) {
      this.#connection.receiveData(view, options);
      return;
    }
    codec.call('codec_handshake_receive', this.handle.value, codec.writeBytes(view), 0);
    this.update(codec);
    codec.releaseInput();
  }

  /** Tells that the transport has ended. */
  receiveEof(): void {
    const { codec } = this.handle;
    this.#ended = true;
    if (this.#connection !== undefined) {
      this.#connection.receiveEof();
      return;
    }
    codec.call('codec_handshake_receive', this.handle.value, 0, 1);
    this.update(codec);
  }

  /** Takes everything that is to be written to the transport: the head of this side, or a refusal. */
  dataToSend(): Uint8Array<ArrayBuffer>[] {
    const { codec } = this.handle;
    codec.call('codec_handshake_drain', this.handle.value, 0);
    const output = codec.takeOutput();
    return output.length === 0 ? [] : [output];
  }

  /** Gives back the memory of the handshake, not that of the connection. */
  free(): void {
    this.handle.free();
  }

  /** Reads the head of the peer, once it is there. */
  protected abstract readHead(codec: Codec): void;

  /** Follows the state after a call. */
  protected update(codec: Codec): void {
    this.flags = codec.flags;
    if ((this.flags & Flag.HasError) !== 0) this.#error ??= errorOf(codec);
    this.readHead(codec);
    if (this.state === 'open' && this.#connection === undefined) {
      codec.call('codec_handshake_drain', this.handle.value, 1);
      const leftover = codec.takeOutput();
      const perMessageDeflate = agreedDeflate(this.agreedDeflate, this.#connectionOptions.perMessageDeflate);
      this.#connection = new Connection({ ...this.#connectionOptions, perMessageDeflate });
      this.#connection.receiveData(leftover, { owned: true });
      if (this.#ended) this.#connection.receiveEof();
    }
  }
}

/**
 * Writes one request and reads its response.
 *
 * @example
 * const handshake = new ClientHandshake({ host: 'server.example.com', path: '/chat', protocols: ['chat'] });
 * for (const bytes of handshake.dataToSend()) socket.write(bytes);
 * // for each chunk: handshake.receiveData(chunk), until handshake.state is no longer 'connecting'
 * handshake.connection?.sendText('Hello');
 */
export class ClientHandshake extends Handshake {
  #response: HandshakeResponse | undefined;
  /** Whether more of the body has arrived than `#response` has. */
  #unread = false;
  #protocol = '';

  constructor(options: ClientHandshakeOptions) {
    const given = objectOf('options', options);
    const { path = '/', maxInterimResponses = 16 } = given;
    const protocols = given.protocols === undefined ? [] : stringsOf('options.protocols', given.protocols);
    const fields = [
      stringOf('options.host', given.host),
      stringOf('options.path', path),
      given.origin === undefined ? '' : originOf('options.origin', given.origin),
      given.key === undefined ? randomKey() : stringOf('options.key', given.key),
      ...protocols,
      ...headerFieldsOf('options.headers', given.headers).flat(),
    ];
    const limits = [
      ...headLimitsOf(given),
      integerOf('options.maxInterimResponses', maxInterimResponses, 0, 1 << 16),
      Math.min(limitOf('options.maxRefusalBodyBytes', given.maxRefusalBodyBytes, 64 << 10), 1 << 30),
    ];
    const { perMessageDeflate } = given;
    const [deflate] = deflateSettings('options.perMessageDeflate', perMessageDeflate);
    super({ ...objectOf('options.connection', given.connection), perMessageDeflate, role: 'client' }, (codec) => {
      const length = codec.writeBytes(packFields(fields));
      return made(codec, 'codec_client_handshake_new', length, protocols.length, ...limits, deflate);
    });
  }

  /** The response, also that of a refusal; its body grows until it is complete. */
  get response(): HandshakeResponse | undefined {
    if (this.#unread && !this.handle.freed) this.#readResponse(this.handle.codec);
    return this.#response;
  }

  /** Whether {@link response} is all there is: its body does not grow any more. */
  get responseComplete(): boolean {
    return (this.flags & Flag.BodyComplete) !== 0;
  }

  /** The subprotocol that the server chose, `''` if none. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The extensions that the server chose, `''` if none. */
  get extensions(): string {
    return fieldOf(this.#response?.headers, 'sec-websocket-extensions');
  }

  protected override readHead(codec: Codec): void {
    if ((this.flags & Flag.HasResponse) === 0 || this.#response?.bodyComplete === true) return;
    const bodyComplete = (this.flags & Flag.BodyComplete) !== 0;
    // A body that arrives byte by byte is not read again for every byte.
    if (this.#response === undefined || bodyComplete) this.#readResponse(codec);
    else this.#unread = true;
  }

  #readResponse(codec: Codec): void {
    codec.call('codec_handshake_head', this.handle.value, this.wantedDeflate);
    const status = codec.value(0);
    this.agreedDeflate = codec.value(1);
    const fields = new FieldReader(codec.takeOutput());
    const statusText = fields.latin1();
    const body = fields.bytes();
    this.#protocol = fields.text();
    const bodyComplete = (this.flags & Flag.BodyComplete) !== 0;
    this.#response = { status, statusText, headers: fields.headers(), body, bodyComplete };
    this.#unread = false;
  }
}

export interface ClientHandshake extends Disposable {}
dispose(ClientHandshake);

/**
 * Reads one request and writes one response. An invalid request is refused by itself: the refusal is in
 * {@link dataToSend}, the reason in {@link error}.
 *
 * @example
 * const handshake = new ServerHandshake({ origins: ['https://example.com'], protocols: ['chat'] });
 * handshake.receiveData(chunk);
 * const connection = handshake.request && handshake.accept();
 * for (const bytes of handshake.dataToSend()) socket.write(bytes);
 */
export class ServerHandshake extends Handshake {
  readonly #protocols: readonly string[];
  #request: HandshakeRequest | undefined;
  #protocol = '';
  /** The head that accepts the request, until it is taken. */
  #answer: Uint8Array<ArrayBuffer>[] = [];
  #extensions = '';

  constructor(options: ServerHandshakeOptions) {
    const given = objectOf('options', options);
    const any = given.origins === 'any';
    const origins = any ? [] : originsOf('options.origins', given.origins);
    const protocols = given.protocols === undefined ? [] : stringsOf('options.protocols', given.protocols);
    const limits = headLimitsOf(given);
    const { perMessageDeflate } = given;
    super({ ...objectOf('options.connection', given.connection), perMessageDeflate, role: 'server' }, (codec) =>
      made(codec, 'codec_server_handshake_new', codec.writeBytes(packFields(origins)), Number(any), ...limits),
    );
    this.#protocols = protocols;
  }

  /** The request, once it is complete and valid: {@link accept} or {@link reject} it. */
  get request(): HandshakeRequest | undefined {
    return this.#request;
  }

  /** The subprotocol that was chosen, `''` if none. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The extensions that were agreed, `''` if none. */
  get extensions(): string {
    return this.#extensions;
  }

  override dataToSend(): Uint8Array<ArrayBuffer>[] {
    const answer = this.#answer;
    this.#answer = [];
    return answer.length > 0 ? answer : super.dataToSend();
  }

  /** Accepts the request; gives the connection, with what followed the request in it already. */
  accept(options?: AcceptOptions): Connection {
    const { codec } = this.handle;
    const given = objectOf('options', options);
    const { protocols } = this.#undecided();
    const protocol = 'protocol' in given ? given.protocol : this.#protocols.find((name) => protocols.includes(name));
    if (protocol !== undefined && !protocols.includes(protocol)) {
      const message = `"options.protocol" expected one of those offered, got ${describe(protocol)}`;
      throw typeError('invalid_argument', message);
    }
    const fields = [protocol ?? '', ...headerFieldsOf('options.headers', given.headers).flat()];
    const length = codec.writeBytes(packFields(fields));
    check(codec, codec.call('codec_server_handshake_answer', this.handle.value, ACCEPT, length, this.wantedDeflate));
    this.agreedDeflate = codec.value(0);
    // Read from what is sent, so that it is what the client reads.
    this.#answer = super.dataToSend();
    const [, extensions = ''] = /^sec-websocket-extensions: *(.*)$/im.exec(latin1(this.#answer[0])) ?? [];
    this.#protocol = protocol ?? '';
    this.#extensions = extensions.trim();
    this.update(codec);
    return this.connection as Connection;
  }

  /** Refuses the request with an HTTP status from 300 to 599. */
  reject(status: number, options?: RejectOptions): void {
    const { codec } = this.handle;
    const { headers, body = '' } = objectOf('options', options);
    integerOf('status', status, 300, 599);
    this.#undecided();
    const bytes = typeof body === 'string' ? body : bytesOf('options.body', body, TEXT_OR_BYTES);
    const length = codec.writeBytes(packFields([bytes, ...headerFieldsOf('options.headers', headers).flat()]));
    check(codec, codec.call('codec_server_handshake_answer', this.handle.value, status, length, this.wantedDeflate));
    this.update(codec);
  }

  protected override readHead(codec: Codec): void {
    if ((this.flags & Flag.State) !== Progress.Deciding || this.#request !== undefined) return;
    codec.call('codec_handshake_head', this.handle.value, this.wantedDeflate);
    const protocolCount = codec.value(0);
    const hasOrigin = codec.value(1) !== 0;
    const fields = new FieldReader(codec.takeOutput());
    const target = fields.text();
    const path = fields.text();
    const host = fields.text();
    const origin = fields.text();
    const key = fields.text();
    const protocols = Array.from({ length: protocolCount }, () => fields.text());
    const headers = fields.headers();
    const extensions = fieldOf(headers, 'sec-websocket-extensions');
    this.#request = {
      method: 'GET',
      target,
      path,
      host,
      origin: hasOrigin ? origin : undefined,
      headers,
      protocols,
      extensions,
      key,
    };
  }

  #undecided(): HandshakeRequest {
    if (this.#request !== undefined && (this.flags & Flag.State) === Progress.Deciding) return this.#request;
    throw new UsageError('not_open', 'there is no request to decide: it is not complete, was refused, or was decided');
  }
}

export interface ServerHandshake extends Disposable {}
dispose(ServerHandshake);

/** Bytes of a head, one character each. */
function latin1(bytes: Uint8Array = new Uint8Array()): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}

/** The error that the last call gave out. */
function errorOf(codec: Codec): HandshakeError {
  const violation = codec.value(2);
  return handshakeError(violation & 0xff, violation >>> 8, codec.value(0) + codec.value(1) * 2 ** 32);
}

/** Makes a handshake; gives its handle. */
function made(codec: Codec, name: CallName, ...rest: number[]): number {
  check(codec, (codec.call as (name: CallName, ...rest: number[]) => number).call(codec, name, ...rest));
  return codec.value(0);
}

function check(codec: Codec, refusal: number): void {
  if (refusal === Refusal.None) return;
  throw refusal === Refusal.InvalidArgument ? argumentError(codec) : refusalError(refusal);
}

/** All values of a field, as one (RFC 9110 §5.3). */
function fieldOf(headers: readonly (readonly [string, string])[] | undefined, name: string): string {
  return (headers ?? [])
    .filter(([field]) => field.toLowerCase() === name)
    .map(([, value]) => value)
    .join(', ');
}
