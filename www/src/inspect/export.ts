/** Frames as files. */

import { unmaskedPayload } from '../../../pkg/inspect/fields.js';
import { readHeader } from '../../../pkg/inspect/header.js';
import { opcodeName } from '../../../pkg/inspect/names.js';
import { hexOf, utf8Of } from '../../../pkg/inspect/visible.js';
import { loadRest } from '../later.js';
import { toBase64 } from '../ui/formats.js';
import type { FrameRow } from './capture.js';
import { framesOf } from './frames-of.js';
import type { Opened } from './session.js';

export const exportFormats = [
  'NDJSON',
  'JSON',
  'CSV',
  'HAR',
  'pcap',
  'hex',
  'payload',
  'test vectors (JS)',
  'test vectors (Rust)',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  NDJSON: 'ndjson',
  JSON: 'json',
  CSV: 'csv',
  HAR: 'har',
  pcap: 'pcap',
  hex: 'txt',
  payload: 'bin',
  'test vectors (JS)': 'mjs',
  'test vectors (Rust)': 'rs',
};

interface Exported {
  /** A name made here: names that come with captures are a stranger's. */
  readonly name: string;
  readonly blob: Blob;
}

/** Writes frames, all of them without `numbers`. */
export async function exportFile(
  opened: Opened,
  format: ExportFormat,
  numbers: Uint32Array | undefined,
  onProgress: (part: number) => void,
): Promise<Exported> {
  const name = `websocket-frames.${ENDINGS[format]}`;
  if (format === 'pcap') {
    const { asPcap } = await loadRest();
    return { name, blob: new Blob([await asPcap(opened, numbers, undefined, undefined, onProgress)]) };
  }
  const { capture, summary } = opened;
  const writer = WRITERS[format];
  const total = numbers?.length ?? summary.frames;
  const parts: BlobPart[] = [writer.head?.(opened) ?? ''];
  let done = 0;
  for await (const { row, wire } of framesOf(capture, numbers, summary.frames)) {
    parts.push(writer.frame(row, wire, done === 0));
    done += 1;
    if (done % 256 === 0) onProgress(done / total);
  }
  parts.push(writer.tail?.(opened) ?? '');
  return { name, blob: new Blob(parts) };
}

interface Writer {
  readonly head?: (opened: Opened) => string;
  readonly frame: (row: FrameRow, wire: Uint8Array, first: boolean) => BlobPart;
  readonly tail?: (opened: Opened) => string;
}

const WRITERS: Readonly<Record<Exclude<ExportFormat, 'pcap'>, Writer>> = {
  NDJSON: { frame: (row, wire) => `${JSON.stringify(record(row, wire))}\n` },
  JSON: {
    head: () => '[\n',
    frame: (row, wire, first) => `${first ? '' : ',\n'}${JSON.stringify(record(row, wire))}`,
    tail: () => '\n]\n',
  },
  CSV: {
    head: () => `${CSV_COLUMNS.join(',')}\r\n`,
    frame: (row, wire) => `${csvCells(row, wire).map(csvCell).join(',')}\r\n`,
  },
  HAR: {
    head: ({ connections }) => harHead(connections[0]?.title ?? ''),
    frame: (row, wire, first) => `${first ? '' : ',\n'}${JSON.stringify(harMessage(row, wire))}`,
    tail: () => '\n]}]}}\n',
  },
  hex: { frame: (row, wire) => `# ${row.n} ${row.dir ?? ''} ${opcodeName(row.op)}\n${hexOf(wire, ' ')}\n` },
  payload: { frame: (_, wire) => Uint8Array.from(unmaskedPayload(wire)) },
  'test vectors (JS)': {
    head: () => "import { decodeFrames } from 'sansocket';\n\nexport const frames = [\n",
    frame: (row, wire) => `  { opcode: ${row.op}, fin: ${row.fin}, wire: Uint8Array.of(${literal(wire)}) },\n`,
    tail: () =>
      '];\n\nfor (const { opcode, wire } of frames) {\n  const [frame] = decodeFrames(wire);\n  console.assert(frame.opcode === opcode);\n}\n',
  },
  'test vectors (Rust)': {
    head: () => '/// Opcode, FIN, bytes on the wire.\npub const FRAMES: &[(u8, bool, &[u8])] = &[\n',
    frame: (row, wire) => `    (${row.op}, ${row.fin}, &[${literal(wire)}]),\n`,
    tail: () => '];\n',
  },
};

const literal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ');

/** A frame with the keys of the records of the command line. */
function record(row: FrameRow, wire: Uint8Array) {
  const payload = unmaskedPayload(wire);
  const text = row.op === 2 ? undefined : utf8Of(payload);
  return {
    v: 1,
    type: 'frame',
    conn: row.conn,
    n: row.n,
    msg: row.msg,
    dir: row.dir,
    t: row.t,
    fin: row.fin,
    rsv: row.rsv,
    op: row.op,
    opName: opcodeName(row.op),
    masked: row.masked,
    key: keyOf(wire),
    hdrLen: row.hdrLen,
    len: row.len,
    inflated: row.inflated,
    payload: text === undefined ? { base64: toBase64(payload) } : { text },
    violations: row.violations,
    certainty: row.guessed ? 'guessed' : 'exact',
  };
}

const CSV_COLUMNS = [
  'n',
  'conn',
  'msg',
  't',
  'dir',
  'opcode',
  'fin',
  'rsv',
  'key',
  'length',
  'inflated',
  'violations',
  'payload',
];

function csvCells(row: FrameRow, wire: Uint8Array): string[] {
  const { n, conn, msg, t, dir, op, fin, rsv, len, inflated, violations } = row;
  const payload = unmaskedPayload(wire);
  const text = op === 2 ? undefined : utf8Of(payload);
  const cells = [
    n,
    conn,
    msg,
    t,
    dir,
    opcodeName(op),
    fin,
    rsv?.join(''),
    keyOf(wire),
    len,
    inflated,
    violations.join(' '),
  ];
  return [...cells.map((cell) => String(cell ?? '')), text ?? hexOf(payload)];
}

/** The masking key in hex; `null` where there is none. */
function keyOf(wire: Uint8Array): string | null {
  const key = wire.length === 0 ? undefined : readHeader(wire).maskingKey;
  return key === undefined ? null : hexOf(key);
}

/** A cell that no spreadsheet takes for a formula. */
export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const harHead = (target: string): string =>
  `{"log":{"version":"1.2","creator":{"name":"sansocket","version":"1"},"entries":[{"startedDateTime":"1970-01-01T00:00:00.000Z","time":0,"request":{"method":"GET","url":${JSON.stringify(
    `ws://capture.invalid/${target}`,
  )},"httpVersion":"HTTP/1.1","headers":[],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":-1},"response":{"status":101,"statusText":"Switching Protocols","httpVersion":"HTTP/1.1","headers":[],"cookies":[],"content":{"size":0,"mimeType":"x-unknown"},"redirectURL":"","headersSize":-1,"bodySize":-1},"cache":{},"timings":{"send":0,"wait":0,"receive":0},"_resourceType":"websocket","_webSocketMessages":[\n`;

/** The dialect of Chrome: seconds, base64 for what is not text. */
function harMessage(row: FrameRow, wire: Uint8Array) {
  const payload = unmaskedPayload(wire);
  const text = row.op === 2 ? undefined : utf8Of(payload);
  return {
    type: row.dir === 's2c' ? 'receive' : 'send',
    time: row.t ?? -1,
    opcode: row.op,
    data: text ?? toBase64(payload),
  };
}
