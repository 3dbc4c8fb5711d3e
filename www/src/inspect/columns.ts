/** The columns of the list. */

import { opcodeName } from '../../../pkg/inspect/names.js';
import { countOf, countText } from '../ui/formats.js';
import type { FrameRow } from './capture.js';

export interface Column {
  readonly id: string;
  readonly title: string;
  /** What it is called where there is room. */
  readonly name: string;
  /** Whether it is there until somebody says otherwise. */
  readonly shown: boolean;
  readonly text: (row: FrameRow, context: RowContext) => string;
  /** A class of the cell that the row decides. */
  readonly tone?: (row: FrameRow) => string;
}

/** Since the first packet; since the row above; since the frame before, shown or not; the time of day. */
export type TimeMode = 'relative' | 'delta' | 'previous' | 'absolute';

export interface RowContext {
  readonly timeMode: TimeMode;
  /** The seconds that a delta counts from. */
  readonly before: number | null;
  /** Seconds since 1970 of the first packet. */
  readonly epoch: number | null;
  readonly bookmarked: boolean;
  /** Whether the frames of a message are shown below it; `undefined` for what has none. */
  readonly expanded: boolean | undefined;
}

const count = (value: number | null): string => (value === null ? '' : countText(value));
const hex = (value: number | null): string => (value === null ? '' : `0x${value.toString(16)}`);

export const columns: readonly Column[] = [
  { id: 'n', title: '#', name: 'number', shown: true, text: numberText },
  { id: 't', title: 'Time', name: 'time', shown: true, text: timeText },
  { id: 'conn', title: 'Conn', name: 'connection', shown: false, text: ({ conn }) => String(conn) },
  {
    id: 'dir',
    title: 'Dir',
    name: 'direction',
    shown: true,
    text: ({ dir }) => (dir === null ? '?' : dir === 'c2s' ? '→ server' : '← client'),
    tone: ({ dir }) => dir ?? '',
  },
  {
    id: 'op',
    title: 'Op',
    name: 'opcode',
    shown: true,
    text: ({ op }) => opcodeName(op),
    tone: ({ op }) => `op-${op}`,
  },
  { id: 'fin', title: 'Fin', name: 'FIN', shown: true, text: ({ fin }) => (fin === null ? '' : fin ? '1' : '0') },
  { id: 'rsv', title: 'RSV', name: 'reserved bits', shown: false, text: ({ rsv }) => rsv?.join('') ?? '' },
  { id: 'key', title: 'Key', name: 'masking key', shown: false, text: ({ key }) => key ?? '' },
  { id: 'wire', title: 'Wire', name: 'bytes on the wire', shown: true, text: ({ wire }) => count(wire) },
  { id: 'payload', title: 'Payload', name: 'bytes of payload', shown: false, text: ({ len }) => count(len) },
  {
    id: 'len',
    title: 'Data',
    name: 'bytes of payload, inflated',
    shown: true,
    text: ({ inflated, len }) => count(inflated ?? len),
  },
  {
    id: 'ratio',
    title: 'Ratio',
    name: 'compression',
    shown: false,
    text: ({ inflated, len }) => (inflated === null || len === 0 ? '' : `${(inflated / len).toFixed(1)}×`),
  },
  { id: 'msg', title: 'Msg', name: 'message', shown: false, text: ({ msg }) => count(msg) },
  { id: 'packet', title: 'Packet', name: 'packet', shown: false, text: ({ packet }) => count(packet) },
  { id: 'stream', title: 'Stream', name: 'offset in the stream', shown: false, text: ({ stream }) => hex(stream) },
  { id: 'file', title: 'File', name: 'offset in the file', shown: false, text: ({ file }) => hex(file) },
  { id: 'preview', title: 'Preview', name: 'preview', shown: true, text: previewText },
  {
    id: 'flags',
    title: 'Flags',
    name: 'flags and violations',
    shown: true,
    text: flagsText,
    tone: ({ level }) => level ?? '',
  },
];

function numberText({ n }: FrameRow, { bookmarked, expanded }: RowContext): string {
  const sign = expanded === undefined ? '' : expanded ? '▾ ' : '▸ ';
  return `${bookmarked ? '★ ' : ''}${sign}${countText(n)}`;
}

function timeText({ t }: FrameRow, { timeMode, before, epoch }: RowContext): string {
  if (t === null) return '';
  if (timeMode === 'delta' || timeMode === 'previous') return before === null ? '' : (t - before).toFixed(6);
  if (timeMode === 'absolute' && epoch !== null) return new Date((epoch + t) * 1000).toISOString().slice(11, 23);
  return t.toFixed(6);
}

function previewText({ preview, frames }: FrameRow): string {
  return frames > 1 ? `${countOf(frames, 'frame')}: ${preview}` : preview;
}

const SIGNS = { error: '!', warn: '▲', note: '·' } as const;

function flagsText({ rsv, violations, level, guessed }: FrameRow): string {
  const [first, ...more] = violations;
  const fault =
    first === undefined ? '' : `${SIGNS[level ?? 'note']} ${first}${more.length > 0 ? ` +${more.length}` : ''}`;
  return [rsv?.[0] === 1 ? 'z' : '', guessed ? '?' : '', fault].filter(Boolean).join(' ');
}

/** A row in words, for those who hear it. */
export function rowLabel({ n, dir, op, len, fin, violations, guessed, preview, frames }: FrameRow): string {
  const names: Readonly<Record<number, string>> = { 0: 'continuation' };
  const parts = [
    frames > 1 ? `message of ${frames} frames from ${n}` : `frame ${n}`,
    dir === null ? '' : dir === 'c2s' ? 'client to server' : 'server to client',
    names[op] ?? opcodeName(op),
    fin === false ? 'not the last of its message' : '',
    `${len} bytes`,
    violations.length > 0 ? `violations ${violations.join(', ')}` : '',
    guessed ? 'guessed' : '',
    preview.slice(0, 60),
  ];
  return parts.filter(Boolean).join(', ');
}
