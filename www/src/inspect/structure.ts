/** Captures written anew: as pcap, whole or with nothing in them that somebody said. */

import { readHeader } from '../../../pkg/inspect/header.js';
import type { ConnectionInfo, FrameRow } from './capture.js';
import { BLOCK, framesOf } from './frames-of.js';
import { type PcapConnection, PcapWriter } from './pcap.js';
import type { Opened } from './session.js';

/** Frames that a link can hold anyway. */
const MAX_STRUCTURE = 20_000;

/** The capture as pcap: Ethernet, IPv4 and TCP made up around the bytes that there are. */
export async function asPcap(
  { capture, connections, summary }: Pick<Opened, 'capture' | 'connections' | 'summary'>,
  numbers: Uint32Array | undefined,
  change: (wire: Uint8Array, row: FrameRow) => Uint8Array = (wire) => wire,
  changeHead: (head: string) => string = (head) => head,
  onProgress: (part: number) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new PcapWriter();
  const open = new Map<number, PcapConnection>();
  const total = numbers?.length ?? summary.frames;
  let done = 0;
  let time = 0;
  for await (const { row, wire } of framesOf(capture, numbers, summary.frames)) {
    time = row.t ?? time + 0.001;
    let connection = open.get(row.conn);
    if (connection === undefined) {
      connection = writer.connection(50_000 + (row.conn % 15_000));
      open.set(row.conn, connection);
      begin(
        connection,
        time,
        connections.find(({ conn }) => conn === row.conn),
        changeHead,
      );
    }
    connection.send(time + 0.001, row.dir === 's2c' ? 'server' : 'client', change(wire, row));
    done += 1;
    if (done % BLOCK === 0) onProgress(done / total);
  }
  for (const connection of open.values()) connection.close(time + 0.002, 'server');
  return writer.bytes();
}

function begin(
  connection: PcapConnection,
  time: number,
  info: ConnectionInfo | undefined,
  change: (head: string) => string,
): void {
  const head = (text: string) =>
    new TextEncoder().encode(`${change(text).trimEnd().replace(/\r?\n/g, '\r\n')}\r\n\r\n`);
  const [request, response] = handshakeOf(info);
  connection.open(time);
  connection.send(time + 0.0003, 'client', head(info?.request ?? request));
  connection.send(time + 0.0004, 'server', head(info?.response ?? response));
}

/** The handshake that a connection without one at hand must have had: readers tell by it that frames follow. */
function handshakeOf(info: ConnectionInfo | undefined): readonly [request: string, response: string] {
  const { target, host, key, accept, subprotocol, extensions } = info?.handshake ?? NOTHING;
  const line = (name: string, value: string | null) => (value === null ? [] : [`${name}: ${value}`]);
  // The key and the accept value of RFC 6455 §1.3 belong together; one alone would be a violation.
  const known = key !== null && accept !== null;
  const request = [
    `GET ${target ?? '/'} HTTP/1.1`,
    `Host: ${host ?? 'capture.invalid'}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${known ? key : 'dGhlIHNhbXBsZSBub25jZQ=='}`,
    'Sec-WebSocket-Version: 13',
    ...line('Sec-WebSocket-Protocol', subprotocol),
    ...line('Sec-WebSocket-Extensions', extensions === null ? null : offerFor(extensions)),
  ];
  const response = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${known ? accept : 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='}`,
    ...line('Sec-WebSocket-Protocol', subprotocol),
    ...line('Sec-WebSocket-Extensions', extensions),
  ];
  return [request.join('\r\n'), response.join('\r\n')];
}

/** An offer that the answer may be given to (RFC 7692 §7.1): its own parameters, and the client's window. */
const offerFor = (extensions: string): string =>
  /\bclient_max_window_bits\b/.test(extensions) ? extensions : `${extensions}; client_max_window_bits`;

const NOTHING = { target: null, host: null, key: null, accept: null, subprotocol: null, extensions: null };

/**
 * Every frame, length, flag and framing violation, and nothing that was said: payload is filler of the same length, under
 * the same mask; a Close keeps its code. Compressed payload becomes filler too, which no longer inflates.
 */
export async function structureOnly(opened: Opened): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (opened.summary.frames > MAX_STRUCTURE) return undefined;
  return asPcap(opened, undefined, withFiller, withoutSecrets);
}

const FILLER = 'x'.charCodeAt(0);

function withFiller(wire: Uint8Array, { op }: FrameRow): Uint8Array {
  const { headerLength, maskingKey } = readHeader(wire);
  if (headerLength === undefined || wire.length <= headerLength) return wire;
  const kept = op === 8 ? 2 : 0;
  return wire.map((byte, at) =>
    at < headerLength + kept ? byte : FILLER ^ (maskingKey?.[(at - headerLength) % 4] ?? 0),
  );
}

/** Fields that say who somebody is. */
const SECRET = /^(cookie|set-cookie|authorization|proxy-authorization|x-api-key|x-auth-[\w-]*|x-csrf-[\w-]*)\s*:/i;

function withoutSecrets(head: string): string {
  return head
    .split(/\r?\n/)
    .filter((line) => !SECRET.test(line))
    .map((line, at) => (at === 0 ? line.replace(/\?\S*/, '?redacted') : line))
    .join('\r\n');
}
