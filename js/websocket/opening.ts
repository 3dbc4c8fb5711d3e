/** How a client comes to an open connection: the transport, and the handshake that fits it. */

import {
  acceptKey,
  ClientHandshake,
  type ClientHandshakeOptions,
  Connection,
  type ConnectionLimits,
  type HandshakeResponse,
  type PerMessageDeflateOptions,
} from 'sansocket';
import { basicAuth } from './basic-auth.js';
import type { Driver } from './driver.js';
import { type DriverOptions, driverSettings } from './driver-options.js';
import { checkLimits } from './limits.js';
import { callerHeaders, type HeadersInit } from './request.js';
import { nextTask, queueTask } from './tasks.js';
import type { Connect, ConnectResponse } from './transport.js';
import { letGo, wireOf } from './wire.js';

/** How connections are opened, and what they may do. */
export interface OpeningOptions {
  /**
   * `http1` (the default): the handshake of RFC 6455 §4 goes over the transport. `none`: the transport is a WebSocket
   * connection already, such as a data channel or a dedicated port with a handshake of its own.
   */
  readonly handshake?: 'http1' | 'none' | undefined;
  /** The subprotocol of a connection without handshake. Default none. */
  readonly protocol?: string | undefined;
  /** What `extensions` says of a connection without handshake. Default empty. */
  readonly extensions?: string | undefined;
  /** Compression (RFC 7692): whether, and how. Default false. */
  readonly perMessageDeflate?: boolean | PerMessageDeflateOptions | undefined;
  /** Header fields for every handshake, such as `Origin` or `User-Agent`. */
  readonly headers?: HeadersInit | undefined;
  /** Bounds on what the peer can make a connection hold or do. */
  readonly limits?: ConnectionLimits | undefined;
}

/** What is asked for. */
export interface Target {
  readonly url: URL;
  readonly protocols: readonly string[];
  readonly headers: Headers;
}

/** Refuses wrong options when a class is made, and not with its first connection. */
export function checkOptions(options: OpeningOptions & DriverOptions): void {
  driverSettings(options);
  const { handshake, perMessageDeflate, headers, limits } = options;
  if (handshake !== undefined && handshake !== 'http1' && handshake !== 'none')
    throw new TypeError(`"options.handshake" expected "http1" or "none", got ${JSON.stringify(handshake)}`);
  if (perMessageDeflate !== undefined && !/^(boolean|object)$/.test(typeof perMessageDeflate))
    throw new TypeError(`"options.perMessageDeflate" expected boolean or object, got ${typeof perMessageDeflate}`);
  callerHeaders(headers);
  checkLimits(limits);
}

/** Opens a connection in the next task and gives it to the driver, which also learns why there is none. */
export function openClient(driver: Driver, connect: Connect, target: Target, options: OpeningOptions): void {
  queueTask(() => {
    if (driver.finished) return;
    open(driver, connect, target, options).catch((reason) => {
      driver.abort(reason instanceof Error ? reason : new Error('no connection', { cause: reason }));
    });
  });
}

async function open(driver: Driver, connect: Connect, target: Target, options: OpeningOptions): Promise<void> {
  const { url, protocols, headers } = target;
  const attempt = new AbortController();
  driver.begin(attempt);
  const request = {
    url,
    protocols,
    headers,
    signal: attempt.signal,
    get fields() {
      return offeredFields(target, options);
    },
  };
  const transport = await connect(request);
  const wire = wireOf(transport);
  await nextTask();
  // By close(), or by the time limit: what comes afterwards is not wanted any more.
  if (driver.finished) {
    letGo(wire, attempt.signal.reason);
    return;
  }
  let opening: ClientHandshake | Connection;
  try {
    opening = openingOf(target, options, transport.response);
  } catch (error) {
    letGo(wire, error);
    throw error;
  }
  driver.start(wire, opening, protocols);
}

function openingOf(
  target: Target,
  options: OpeningOptions,
  response: ConnectResponse | undefined,
): ClientHandshake | Connection {
  if (response !== undefined) return answeredHandshake(target, options, response);
  if (options.handshake !== 'none') return new ClientHandshake(handshakeOptions(target, options));
  return new Connection({ ...options.limits, role: 'client', perMessageDeflate: options.perMessageDeflate });
}

/** The defaults of the class, over them the credentials in the URL, and over them the fields of the caller. */
function allHeaders(target: Target, options: OpeningOptions): [string, string][] {
  const headers = new Headers(options.headers);
  const credentials = basicAuth(target.url);
  if (credentials !== undefined) headers.set('authorization', credentials);
  for (const [name, value] of target.headers) headers.set(name, value);
  return [...headers];
}

function handshakeOptions(target: Target, options: OpeningOptions): ClientHandshakeOptions {
  const { url, protocols } = target;
  const headers = allHeaders(target, options);
  const origin = headers.find(([name]) => name === 'origin')?.[1];
  return {
    host: url.host,
    path: url.pathname + url.search,
    protocols,
    origin,
    headers: headers.filter(([name]) => name !== 'origin'),
    perMessageDeflate: options.perMessageDeflate,
    connection: options.limits,
  };
}

/** What an extended CONNECT carries of the handshake (RFC 8441 §5): no key, and nothing about this one connection. */
function offeredFields(target: Target, options: OpeningOptions): [name: string, value: string][] {
  const handshake = new ClientHandshake(handshakeOptions(target, options));
  const [head] = handshake.dataToSend();
  handshake.free();
  const lines = latin1(head).split('\r\n').slice(1, -2);
  const fields = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return fields.filter(([name]) => !/^(host|upgrade|connection|sec-websocket-key)$/.test(name));
}

/** The handshake for which an extended CONNECT stands. Its answer had a status of its own. */
class AnsweredHandshake extends ClientHandshake {
  readonly #status: number;

  constructor(options: ClientHandshakeOptions, status: number) {
    super(options);
    this.#status = status;
  }

  override get response(): HandshakeResponse | undefined {
    const response = super.response;
    return response && { ...response, status: this.#status, statusText: '' };
  }
}

/** An extended CONNECT and its answer are checked as the handshake that they stand for. */
function answeredHandshake(
  target: Target,
  options: OpeningOptions,
  { status, headers }: ConnectResponse,
): ClientHandshake {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const handshake = new AnsweredHandshake({ ...handshakeOptions(target, options), key }, status);
  handshake.dataToSend();
  const opened = status >= 200 && status < 300;
  const own = /^(connection|upgrade|sec-websocket-accept|transfer-encoding)$/i;
  const fields = [...headers].filter(([name]) => !own.test(name));
  if (opened)
    fields.push(['upgrade', 'websocket'], ['connection', 'upgrade'], ['sec-websocket-accept', acceptKey(key)]);
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  handshake.receiveData(bytesOfLatin1(`HTTP/1.1 ${opened ? '101 Switching Protocols' : status}\r\n${lines}\r\n`));
  return handshake;
}

/** Header fields are bytes: one character each (RFC 9110 §5.5). */
const latin1 = (bytes: Uint8Array = new Uint8Array()) =>
  Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
const bytesOfLatin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
