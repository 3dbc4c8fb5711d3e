/** An HTTP archive in the dialect of Chrome: an entry for each connection, with its messages. */

import { formatBase64 } from './base64.js';
import type { FrameRecord, HandshakeRecord, InspectRecord, MessageRecord, Payload } from './records.js';
import { epochOf } from './time.js';
import { visibleJson } from './visible.js';

/** Collects the connections of captures, and writes them once all are there. */
export class Har {
  readonly #connections = new Map<string, Entry>();
  readonly #version: string;
  readonly #withFrames: boolean;
  #capture = 0;

  /**
   * @param version The version of the program that writes it.
   * @param withFrames Whether entries have `_webSocketFrames` as well.
   */
  constructor(version: string, withFrames = false) {
    this.#version = version;
    this.#withFrames = withFrames;
  }

  take(record: InspectRecord): void {
    if (record.type === 'capture') this.#capture += 1;
    if (record.type === 'handshake') this.#entry(record.conn).handshake = record;
    if (record.type === 'message') this.#entry(record.conn).messages.push(messageOf(record));
    if (record.type === 'frame') {
      const entry = this.#entry(record.conn);
      entry.first ??= record.time;
      entry.last = record.time ?? entry.last;
      if (this.#withFrames) entry.frames.push(frameOf(record));
    }
  }

  /** The archive as text. */
  text(): string {
    const entries = [...this.#connections.values()].map((entry) => entryOf(entry, this.#withFrames));
    const log = { version: '1.2', creator: { name: 'sansocket', version: this.#version }, pages: [], entries };
    return `${visibleJson({ log }, 2)}\n`;
  }

  #entry(conn: number): Entry {
    const key = `${this.#capture}/${conn}`;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { handshake: undefined, messages: [], frames: [], first: null, last: null };
    this.#connections.set(key, entry);
    return entry;
  }
}

interface Entry {
  handshake: HandshakeRecord | undefined;
  readonly messages: object[];
  readonly frames: object[];
  first: string | null;
  last: string | null;
}

function messageOf({ dir, op, time, payload }: MessageRecord): object {
  const text = op === 1 ? payload?.text : undefined;
  return {
    type: dir === 'c2s' ? 'send' : 'receive',
    ...(time === null ? {} : { time: Number(epochOf(time)) }),
    opcode: op,
    data: text ?? base64Of(payload),
    // Of what is longer than is kept, or than the capture has.
    ...(payload?.cut === true ? { _cut: true } : {}),
  };
}

const base64Of = ({ text, base64 = '' }: Payload = {}): string =>
  text === undefined ? base64 : formatBase64(new TextEncoder().encode(text));

function frameOf({ type: _type, payload, ...frame }: FrameRecord): object {
  return { ...frame, payload };
}

function entryOf({ handshake, messages, frames, first, last }: Entry, withFrames: boolean): object {
  const started = handshake?.time ?? first;
  const milliseconds = started === null || last === null ? 0 : Math.max(0, Date.parse(last) - Date.parse(started));
  const { status = 101, uri, host, server, request = '', response = '' } = handshake ?? {};
  return {
    _resourceType: 'websocket',
    startedDateTime: started ?? new Date(0).toISOString(),
    time: milliseconds,
    request: {
      method: handshake?.method ?? 'GET',
      // Of an archive it is the whole address.
      url: /^\w+:\/\//.test(uri ?? '') ? uri : `ws://${host ?? server ?? 'unknown.invalid'}${uri ?? '/'}`,
      httpVersion: 'HTTP/1.1',
      headers: headersOf(request),
      queryString: queryOf(uri ?? ''),
      cookies: [],
      headersSize: request.length || -1,
      bodySize: 0,
    },
    response: {
      status: status ?? 101,
      statusText: /^HTTP\/\S+ \d+ ([^\r\n]*)/.exec(response)?.[1] ?? '',
      httpVersion: 'HTTP/1.1',
      headers: headersOf(response),
      cookies: [],
      content: { size: 0, mimeType: 'x-unknown' },
      redirectURL: '',
      headersSize: response.length || -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 0, receive: 0 },
    _webSocketMessages: messages,
    ...(withFrames ? { _webSocketFrames: frames } : {}),
  };
}

function headersOf(head: string): object[] {
  return head
    .split(/\r?\n/)
    .slice(1)
    .filter((line) => line.includes(':'))
    .map((line) => ({ name: line.slice(0, line.indexOf(':')), value: line.slice(line.indexOf(':') + 1).trim() }));
}

function queryOf(uri: string): object[] {
  const query = uri.split('?')[1];
  return query === undefined ? [] : [...new URLSearchParams(query)].map(([name, value]) => ({ name, value }));
}
