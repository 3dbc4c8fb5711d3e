/** The head of an opening handshake at the beginning of a stream. */

import { acceptKey, ClientHandshake, type HandshakeError, type Role, ServerHandshake } from '../index.js';
import { handshakeViolation, type Violation } from './violation.js';

/** A request, or a response, that comes before the frames. */
export interface Head {
  readonly type: 'head';
  readonly offset: number;
  /** Bytes with the empty line at the end. */
  readonly length: number;
  readonly startLine: string;
  /** Who receives it: a request goes to the server. */
  readonly receiver: Role;
  /** Of a response. */
  readonly status: number | undefined;
  /** Of a request. */
  readonly target: string | undefined;
  /** Of a request. */
  readonly key: string | undefined;
  /** Of a response; of a request what the response has to have, if its key allows one. */
  readonly accept: string | undefined;
  /** Subprotocols: those offered, or the one chosen. */
  readonly protocols: readonly string[];
  /** Extensions as they are written. */
  readonly extensions: string | undefined;
  /** Whether frames follow (`switched`), another head does (`interim`), or nothing of a WebSocket (`refused`). */
  readonly outcome: 'switched' | 'interim' | 'refused';
  readonly violations: readonly Violation[];
}

/** Bytes that a head may have. */
export const MAX_HEAD_BYTES = 16 << 10;

/** How many bytes of a stream tell whether it begins with a head. No frame that is allowed begins so. */
export const HEAD_MARK = 5;

const CR = 0x0d;
const LF = 0x0a;

/** Whether a stream that begins with these bytes begins with a head. */
export function beginsHead(bytes: Uint8Array): boolean {
  return /^(GET |HTTP\/)/.test(latin1(bytes.subarray(0, HEAD_MARK)));
}

/** Bytes of the head at the beginning of `bytes`, the empty line included; `undefined` if it does not end. */
export function headLength(bytes: Uint8Array): number | undefined {
  for (let at = 3; at < Math.min(bytes.length, MAX_HEAD_BYTES); at += 1) {
    if (bytes[at] === LF && bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
  }
  return undefined;
}

/** Reads a whole head that has the position `offset` in the stream. */
export function readHead(bytes: Uint8Array, offset: number): Head {
  const [startLine = '', ...lines] = latin1(bytes).split('\r\n');
  const [first = '', second = ''] = startLine.split(' ');
  const response = first.startsWith('HTTP/');
  const field = (name: string): string | undefined => {
    const values = lines.filter((line) => line.slice(0, name.length + 1).toLowerCase() === `${name}:`);
    return values.length === 0 ? undefined : values.map((line) => line.slice(name.length + 1).trim()).join(', ');
  };
  const key = response ? undefined : field('sec-websocket-key');
  const status = response ? Number(second) : undefined;
  const error = response ? faultOfResponse(bytes) : faultOfRequest(bytes);
  return {
    type: 'head',
    offset,
    length: bytes.length,
    startLine,
    receiver: response ? 'client' : 'server',
    status,
    outcome: outcomeOf(status),
    target: response ? undefined : second,
    key,
    accept: response ? field('sec-websocket-accept') : acceptOf(key),
    protocols: field('sec-websocket-protocol')?.split(/[ \t]*,[ \t]*/) ?? [],
    extensions: field('sec-websocket-extensions'),
    violations: error === undefined ? [] : [handshakeViolation(error, offset)],
  };
}

function outcomeOf(status: number | undefined): Head['outcome'] {
  if (status === undefined || status === 101) return 'switched';
  return status >= 100 && status < 200 ? 'interim' : 'refused';
}

function faultOfRequest(bytes: Uint8Array): HandshakeError | undefined {
  const handshake = new ServerHandshake({ origins: 'any' });
  handshake.receiveData(bytes);
  handshake.free();
  return handshake.error;
}

/** What only the request could tell: the key, and what was offered. */
const UNKNOWABLE = new Set(['bad_accept', 'unexpected_extension', 'unexpected_protocol', 'unexpected_status']);

function faultOfResponse(bytes: Uint8Array): HandshakeError | undefined {
  const handshake = new ClientHandshake({ host: 'unknown.invalid' });
  handshake.receiveData(bytes);
  handshake.connection?.free();
  handshake.free();
  const { error } = handshake;
  return error === undefined || UNKNOWABLE.has(error.kind) ? undefined : error;
}

function acceptOf(key: string | undefined): string | undefined {
  try {
    return key === undefined ? undefined : acceptKey(key);
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
