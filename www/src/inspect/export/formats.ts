/** Frames as files: made of the records that the command line has, too. */

import { version } from '../../../../pkg/constants.js';
import { csvCell } from '../../../../pkg/inspect/csv.js';
import { Har } from '../../../../pkg/inspect/har.js';
import { payloadBytes } from '../../../../pkg/inspect/payload.js';
import { PacketWriter, pcapngHead } from '../../../../pkg/inspect/pcapng.js';
import type { FrameRecord, InspectRecord, Payload } from '../../../../pkg/inspect/records.js';
import { hexOf, visible } from '../../../../pkg/inspect/visible.js';
import { wireBytes } from '../../../../pkg/inspect/wire.js';
import type { Writing } from '../engine/protocol.js';
import { completed, handshakeBefore } from './handshake.js';
import { linesOf, recordsOf, type Source } from './records.js';
import { framed } from './wire.js';

export const exportFormats = [
  'NDJSON',
  'JSON',
  'CSV',
  'HAR',
  'pcapng',
  'hex',
  'payload',
  'test vectors (JS)',
  'test vectors (Rust)',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

interface Exported {
  /** A name made here: names that come with captures are a stranger's. */
  readonly name: string;
  readonly blob: Blob;
}

/** Writes the frames that a filter lets through; an empty one lets all through. */
export async function exportFile(source: Source, format: ExportFormat, filter: string): Promise<Exported> {
  const { ending, writing, write } = FORMATS[format];
  const wanted: Writing = { ...writing, ...(filter === '' ? {} : { filter }) };
  const parts: BlobPart[] = [];
  for await (const part of write(source, wanted)) parts.push(part);
  return { name: `websocket-frames.${ending}`, blob: new Blob(parts) };
}

interface Format {
  readonly ending: string;
  readonly writing: Writing;
  readonly write: (source: Source, writing: Writing) => AsyncIterable<BlobPart>;
}

/** The columns that the command line writes. */
const CSV_HEAD = 'conn,n,t,time,dir,op,fin,rsv1,masked,key,len,inflated,msg,close.code,violation,payload\r\n';

const FRAMES: Writing = { records: ['frame'] };
const WIRE: Writing = { records: ['frame'], wire: true };
/** What packets are made of. */
export const PACKETS: Writing = { records: ['handshake', 'frame'], wire: true };
const EVERYTHING: Writing = {
  records: ['capture', 'handshake', 'frame', 'violation', 'gap', 'close', 'error', 'summary'],
};

const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  NDJSON: { ending: 'ndjson', writing: EVERYTHING, write: linesOf },
  JSON: { ending: 'json', writing: EVERYTHING, write: json },
  CSV: { ending: 'csv', writing: FRAMES, write: each(csvLine, CSV_HEAD) },
  HAR: { ending: 'har', writing: { records: ['capture', 'handshake', 'message', 'frame'], wire: true }, write: har },
  pcapng: { ending: 'pcapng', writing: PACKETS, write: pcapng },
  hex: { ending: 'txt', writing: WIRE, write: each(hexLines) },
  payload: { ending: 'bin', writing: FRAMES, write: each(({ payload }) => payloadBytes(payload)) },
  'test vectors (JS)': {
    ending: 'mjs',
    writing: WIRE,
    write: each(
      (frame) => `  { opcode: ${frame.op}, fin: ${frame.fin ?? true}, wire: Uint8Array.of(${literal(frame)}) },\n`,
      "import { decodeFrames } from 'sansocket';\n\nexport const frames = [\n",
      '];\n\nfor (const { opcode, wire } of frames) {\n  const [frame] = decodeFrames(wire);\n  console.assert(frame.opcode === opcode);\n}\n',
    ),
  },
  'test vectors (Rust)': {
    ending: 'rs',
    writing: WIRE,
    write: each(
      (frame) => `    (${frame.op}, ${frame.fin ?? true}, &[${literal(frame)}]),\n`,
      '/// Opcode, FIN, bytes on the wire.\npub const FRAMES: &[(u8, bool, &[u8])] = &[\n',
      '];\n',
    ),
  },
};

/** A format of one piece for each frame, with something before and behind all. */
function each(piece: (frame: FrameRecord) => BlobPart, head = '', tail = ''): Format['write'] {
  return async function* write(source, writing) {
    yield head;
    for await (const records of recordsOf(source, writing)) {
      for (const record of records) if (record.type === 'frame') yield piece(framed(record));
    }
    yield tail;
  };
}

async function* json(source: Source, writing: Writing): AsyncGenerator<BlobPart> {
  const utf8 = new TextDecoder();
  let separator = '[\n';
  for await (const lines of linesOf(source, writing)) {
    yield separator + utf8.decode(lines).trimEnd().replaceAll('\n', ',\n');
    separator = ',\n';
  }
  yield separator === '[\n' ? '[\n]\n' : '\n]\n';
}

async function* har(source: Source, writing: Writing): AsyncGenerator<BlobPart> {
  const archive = new Har(version);
  for await (const records of recordsOf(source, writing)) for (const record of records) archive.take(record);
  yield archive.text();
}

/** Writes a record anew, as another of its type. */
export type Change = <Record extends InspectRecord>(record: Record) => Record;

/** A capture of packets. `change` may write a record anew, before it becomes packets. */
export async function* pcapng(
  source: Source,
  writing: Writing,
  change: Change = (record) => record,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const packets = new PacketWriter();
  const begun = new Set<number>();
  yield pcapngHead();
  for await (const records of recordsOf(source, writing)) {
    for (const record of records) {
      if (record.type === 'frame') {
        if (!begun.has(record.conn)) yield packets.take(handshakeBefore(record));
        begun.add(record.conn);
        yield packets.take(change(framed(record)));
      } else if (record.type === 'handshake') {
        begun.add(record.conn);
        yield packets.take(completed(change(record)));
      }
    }
  }
}

function hexLines(frame: FrameRecord): string {
  return `# ${frame.n} ${frame.dir} ${frame.opName}\n${hexOf(wireBytes(frame), ' ')}\n`;
}

function literal(frame: FrameRecord): string {
  return Array.from(wireBytes(frame), (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');
}

function csvLine(frame: FrameRecord): string {
  const { conn, n, t, time, dir, opName, fin, rsv, masked, key, len, inflated, msg, close, violations } = frame;
  const cells = [
    ...[conn, n, t, time, dir, opName, fin, rsv?.[0], masked, key, len, inflated, msg, close?.code],
    violations.join(' '),
    payloadText(frame.payload),
  ];
  return `${cells.map((cell) => csvCell(cellText(cell))).join(',')}\r\n`;
}

function cellText(cell: string | number | boolean | null | undefined): string {
  if (cell === null || cell === undefined) return '';
  return typeof cell === 'boolean' ? (cell ? '1' : '0') : String(cell);
}

/** Bytes that a cell shows of a payload that is no text. */
const HEX_CELL = 64;

function payloadText(payload: Payload | undefined): string {
  if (payload?.text !== undefined) return visible(payload.text) + (payload.cut ? '…' : '');
  const bytes = payloadBytes(payload);
  return hexOf(bytes.subarray(0, HEX_CELL), ' ') + (payload?.cut || bytes.length > HEX_CELL ? ' …' : '');
}
