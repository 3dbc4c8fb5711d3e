/** Columns: what they are called, and what a record has of them. */

import type { FrameRecord, MessageRecord } from '../../inspect/records.js';
import { epochOf } from '../../inspect/time.js';
import { visible } from '../../inspect/visible.js';
import { nearest } from '../nearest.js';
import { UsageError } from '../usage-error.js';
import { bytesOfPayload } from './dump.js';
import { payloadText } from './pretty.js';

type Row = FrameRecord | MessageRecord;
type Value = string | number | boolean | null | undefined;

/** The names of the filter language, beside the keys of the records themselves. */
const FIELDS: Readonly<Record<string, (row: Row) => Value>> = {
  conn: (row) => row.conn,
  n: (row) => (row.type === 'frame' ? row.n : row.frames[0]),
  msg: (row) => row.msg,
  t: (row) => row.t,
  time: (row) => row.time,
  epoch: (row) => (row.time === null ? null : epochOf(row.time)),
  dir: (row) => row.dir,
  op: (row) => row.opName,
  opcode: (row) => row.op,
  fin: (row) => frameOf(row)?.fin,
  rsv1: (row) => frameOf(row)?.rsv?.[0],
  rsv2: (row) => frameOf(row)?.rsv?.[1],
  rsv3: (row) => frameOf(row)?.rsv?.[2],
  masked: (row) => frameOf(row)?.masked,
  key: (row) => frameOf(row)?.key,
  len: (row) => row.len,
  wire: (row) => (row.type === 'message' ? row.wire : wireLength(row)),
  inflated: (row) => row.inflated,
  ratio: (row) => (row.inflated === null || Number(row.len) === 0 ? null : (row.inflated / Number(row.len)).toFixed(2)),
  frames: (row) => (row.type === 'message' ? (row.frameCount ?? row.frames.length) : 1),
  'close.code': (row) => frameOf(row)?.close?.code,
  'close.reason': (row) => frameOf(row)?.close?.reason,
  rtt: (row) => frameOf(row)?.rtt,
  violation: (row) => frameOf(row)?.violations.join(' '),
  certainty: (row) => row.certainty,
  'off.stream': (row) => frameOf(row)?.off?.stream,
  'off.file': (row) => frameOf(row)?.off?.file,
  packet: (row) => frameOf(row)?.off?.packet,
  payload: (row) => payloadText(row.payload),
  hex: (row) => Buffer.from(bytesOfPayload(row.payload)).toString('hex'),
};

/** What tshark calls them. */
const ALIASES: Readonly<Record<string, string>> = {
  'frame.number': 'packet',
  'frame.time_relative': 't',
  'frame.time_epoch': 'epoch',
  'tcp.stream': 'conn',
  'websocket.fin': 'fin',
  'websocket.opcode': 'opcode',
  'websocket.mask': 'masked',
  'websocket.masking_key': 'key',
  'websocket.payload_length': 'len',
  'websocket.payload': 'payload',
  'websocket.payload.text': 'payload',
  'websocket.payload.close.status_code': 'close.code',
  'websocket.payload.close.reason': 'close.reason',
};

/** Every name of a column. */
export const fieldNames = Object.keys(FIELDS);

export const defaultFields =
  'conn n t time dir op fin rsv1 masked key len inflated msg close.code violation payload'.split(' ');

/** Checks the names of columns. */
export function checkFields(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (Object.hasOwn(FIELDS, name) || Object.hasOwn(ALIASES, name)) continue;
    const near = nearest(name, [...fieldNames, ...Object.keys(ALIASES)]);
    const hint = near === undefined ? `; there are ${fieldNames.join(', ')}` : `; did you mean ${near}?`;
    throw new UsageError(`there is no field "${visible(name)}"${hint}`);
  }
  return names;
}

/** The value of a column as text in one line; empty for what a row does not have. */
export function fieldText(row: Row, name: string): string {
  const value = FIELDS[ALIASES[name] ?? name]?.(row);
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' ? String(value) : visible(value);
}

const frameOf = (row: Row): FrameRecord | undefined => (row.type === 'frame' ? row : undefined);

function wireLength({ hdrLen, captured, len }: FrameRecord): number | string | undefined {
  return hdrLen === undefined ? undefined : typeof len === 'string' ? len : hdrLen + (captured ?? len);
}
