/** Captures written anew: as pcap, whole or with nothing in them that somebody said. */

import { readHeader } from '../../../pkg/inspect/header.js';
import { encodeFrame } from '../../../pkg/slim.js';
import type { Capture, ConnectionInfo, FrameRow } from './capture.js';
import { type PcapConnection, PcapWriter } from './pcap.js';
import type { Opened } from './session.js';

const BLOCK = 256;
/** Frames that a link can hold anyway. */
const MAX_STRUCTURE = 20_000;

/** Rows of a selection with their bytes on the wire, in order. */
export async function* framesOf(
  capture: Capture,
  numbers: Uint32Array | undefined,
  total: number,
): AsyncGenerator<{ row: FrameRow; wire: Uint8Array }> {
  const count = numbers?.length ?? total;
  for (let first = 0; first < count; first += BLOCK) {
    const size = Math.min(BLOCK, count - first);
    const rows = await capture.rows(
      Uint32Array.from({ length: size }, (_, at) => numbers?.[first + at] ?? first + at + 1),
    );
    for (const row of rows) {
      yield { row, wire: row.hdrLen === null ? await made(capture, row) : await capture.layer(row.n, 'wire') };
    }
  }
}

/** A frame for a message of a source that has none. */
async function made(capture: Capture, { n, op, dir }: FrameRow): Promise<Uint8Array> {
  return encodeFrame({ opcode: op, payload: await capture.layer(n, 'message'), masked: dir === 'c2s' });
}

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
  connection.open(time);
  if (info?.request != null) connection.send(time + 0.0003, 'client', head(info.request));
  if (info?.response != null) connection.send(time + 0.0004, 'server', head(info.response));
}

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
