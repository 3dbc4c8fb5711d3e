/** A connection that is written down as it goes, as pcap. */

import type { PcapConnection, PcapWriter, Sender } from './pcap.js';

/** 2026-01-01T00:00:00Z. */
export const START = 1_767_225_600;
export const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

export const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

export function request(extra: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const lines = [
    'GET /chat HTTP/1.1',
    'Host: server.example.com',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Origin: http://example.com',
    'Sec-WebSocket-Version: 13',
    ...extra,
  ];
  return ascii(`${lines.join('\r\n')}\r\n\r\n`);
}

export function response(extra: readonly string[] = []): Uint8Array<ArrayBuffer> {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...extra,
  ];
  return ascii(`${lines.join('\r\n')}\r\n\r\n`);
}

/** A frame in the shortest form, of up to 65,535 bytes of payload or more. */
export function frameBytes(first: number, payload: Uint8Array, key?: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const mask = key === undefined ? 0 : 0x80;
  const header = [first];
  if (length < 126) header.push(mask | length);
  else if (length <= 0xffff) header.push(mask | 126, length >> 8, length & 0xff);
  else header.push(mask | 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff);
  const start = header.length + (key?.length ?? 0);
  const bytes = new Uint8Array(start + length);
  bytes.set(header);
  if (key !== undefined) bytes.set(key, header.length);
  for (let at = 0; at < length; at += 1) bytes[start + at] = (payload[at] ?? 0) ^ (key?.[at % 4] ?? 0);
  return bytes;
}

/** What a frame of a conversation says. */
interface Said {
  readonly opcode: number;
  readonly payload: string | Uint8Array;
  /** Default true. */
  readonly fin?: boolean;
}

/** A conversation that is written down as it goes. */
export class Conversation {
  readonly #connection: PcapConnection;
  readonly #writer: PcapWriter;
  time = START;
  /** Frames of the client so far; the first one has the RFC's key. */
  keys = 0;

  constructor(writer: PcapWriter, port: number, extra: { request?: string[]; response?: string[] } = {}) {
    this.#writer = writer;
    this.#connection = writer.connection(port);
    this.#connection.open(this.time);
    this.raw('client', request(extra.request), 0.001);
    this.raw('server', response(extra.response), 0.004);
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#writer.bytes();
  }

  raw(from: Sender, bytes: Uint8Array, after: number, lost = false): this {
    this.time += after;
    this.#connection.send(this.time, from, bytes, { lost });
    return this;
  }

  /** A frame, masked as its sender has to. */
  frame(from: Sender, { opcode, payload, fin = true }: Said, after = 0.05, lost = false): this {
    const bytes = typeof payload === 'string' ? ascii(payload) : payload;
    const key = from === 'client' ? this.#key() : undefined;
    return this.raw(from, frameBytes((fin ? 0x80 : 0) | opcode, bytes, key), after, lost);
  }

  text(from: Sender, text: string, after = 0.05): this {
    return this.frame(from, { opcode: 1, payload: text }, after);
  }

  end(first: Sender): Uint8Array<ArrayBuffer> {
    this.#connection.close(this.time + 0.001, first);
    return this.bytes;
  }

  /** The first is the RFC's. */
  #key(): Uint8Array {
    this.keys += 1;
    return this.keys === 1 ? KEY : Uint8Array.from(KEY, (byte, at) => (byte + this.keys * (at * 2 + 3)) & 0xff);
  }
}

export const closing = (code: number, reason: string): Uint8Array =>
  Uint8Array.of(code >> 8, code & 0xff, ...ascii(reason));
