/** Records as lines for people: a frame or message each, with what is wrong below it. */

import { sectionName } from '../../inspect/catalogue.js';
import type {
  CloseRecord,
  FrameRecord,
  GapRecord,
  HandshakeRecord,
  InspectRecord,
  MessageRecord,
  Payload,
  ViolationRecord,
} from '../../inspect/records.js';
import { hexOf, visible } from '../../inspect/visible.js';
import type { Paint, Style } from '../terminal.js';
import { cut, wrapped } from '../wrap.js';
import { dumpOf, type Layer } from './dump.js';
import type { Clock } from './time.js';

/** What output is fitted to. */
export interface Fit {
  readonly paint: Paint;
  /** Columns of the terminal; `undefined` where nothing is cut or broken. */
  readonly columns: number | undefined;
}

export interface Look extends Fit {
  readonly clock: Clock;
  /** The layer of which a dump follows each frame. */
  readonly dump: Layer | undefined;
}

/** Bytes of binary payload that are shown in a line. */
const HEX_PREVIEW = 64;

const STYLES: Readonly<Record<string, Style>> = {
  text: 'green',
  binary: 'cyan',
  cont: 'blue',
  close: 'magenta',
  ping: 'yellow',
  pong: 'yellow',
};

const LEVEL_STYLES = { error: 'red', warn: 'yellow', note: 'dim' } as const;

/** The lines of a record, with their ends; empty for one that is not shown. `above`: the frame of the line before. */
export function linesOf(record: InspectRecord, look: Look, above?: number): string {
  switch (record.type) {
    case 'handshake':
      return `${handshakeLine(record, look)}\n`;
    case 'frame':
      return `${rowLine(record, frameCells(record), look)}\n${look.dump === undefined ? '' : dumpOf(record, look.dump, look.paint)}`;
    case 'message':
      return `${rowLine(record, messageCells(record), look)}\n`;
    case 'violation':
      return `${violationText(record, look, 7, record.n !== null && record.n === above)}\n`;
    case 'gap':
      return `${gapLine(record, look)}\n`;
    case 'close':
      return `${closeLine(record, look)}\n`;
    default:
      return '';
  }
}

/** What is not a row: a line that goes on in others where the terminal is narrow. */
function remark(style: Style, text: string, { paint, columns }: Fit): string {
  return paint(style, wrapped(text, 0, columns ?? Number.POSITIVE_INFINITY, 3));
}

function handshakeLine(
  { conn, client, server, method, uri, status, subprotocol, pmd }: HandshakeRecord,
  fit: Fit,
): string {
  const facts = [
    client !== null && server !== null ? `${client} > ${server}` : undefined,
    method === null ? undefined : `${method} ${uri ?? ''}`,
    status === null ? undefined : String(status),
    subprotocol === null ? undefined : `protocol ${subprotocol}`,
    pmd === null ? undefined : `deflate ${pmd.c2s}/${pmd.s2c}${pmd.takeover.includes(false) ? ', no takeover' : ''}`,
  ].filter((fact) => fact !== undefined);
  return remark('bold', visible(`== conn ${conn}  ${facts.join('  ')}`.trimEnd()), fit);
}

/** What differs between rows of frames and of messages. */
interface Cells {
  readonly number: string;
  readonly flags: string;
  readonly note: string;
}

function frameCells({ n, fin, rsv, key, msg, op, rtt }: FrameRecord): Cells {
  const [rsv1, rsv2, rsv3] = rsv ?? [0, 0, 0];
  const flags = [fin ? 'fin' : '', rsv1 === 1 ? 'z' : '', rsv2 === 1 ? 'rsv2' : '', rsv3 === 1 ? 'rsv3' : ''];
  const notes = [
    key ? `key ${key}` : '',
    (op === 0 || fin === false) && msg !== null ? `msg ${msg}` : '',
    typeof rtt === 'number' ? `rtt ${rtt.toFixed(1)} ms` : '',
  ];
  const number = `#${n}`;
  return { number, flags: flags.filter(Boolean).join(' '), note: notes.filter(Boolean).join(' ') };
}

function messageCells({ msg, frames, frameCount = frames.length, inflated }: MessageRecord): Cells {
  const note = frameCount > 1 ? `${frameCount} frames` : `frame ${frames[0] ?? '?'}`;
  return { number: `msg ${msg}`, flags: inflated === null ? '' : 'z', note };
}

/** Everything in columns of their own, the payload last. */
function rowLine(record: FrameRecord | MessageRecord, { number, flags, note }: Cells, look: Look): string {
  const { paint, columns, clock } = look;
  const { conn, dir, opName, len, inflated, certainty } = record;
  const size = inflated === null ? `${len} B` : `${len} B -> ${inflated} B`;
  const place = `${number.padStart(6)} ${conn === 1 ? '  ' : `@${conn}`.padEnd(2)} ${clock.text(record)}`.trimEnd();
  const arrow = dir === 'c2s' ? '>' : '<';
  const mark = certainty === 'guessed' ? '?' : ' ';
  const middle = ` ${flags.padEnd(5)} ${size.padStart(8)}  ${note.padEnd(12)}  `;
  const width = place.length + 6 + 7 + middle.length;
  const room = columns === undefined ? undefined : Math.max(columns - width, 1);
  return [
    paint('dim', place),
    `  ${arrow}${mark} `,
    paint(STYLES[opName] ?? 'red', opName.padEnd(6)),
    ` ${flags.padEnd(5)} ${size.padStart(8)}  `,
    `${paint('dim', note.padEnd(12))}  `,
    cut(previewOf(record), room),
  ]
    .join('')
    .trimEnd();
}

function previewOf(record: FrameRecord | MessageRecord): string {
  if (record.type === 'frame' && record.close !== undefined) {
    const { code, name, reason } = record.close;
    return code === 1005 && record.len === 0 ? '' : `${code} ${name} ${visible(reason)}`.trimEnd();
  }
  return payloadText(record.payload, record.op !== 1);
}

/** Characters of text that is rather bytes. */
const CONTROL = /(?![\t\n\r])\p{Cc}/u;

/** Payload in a line: text, or pairs of hex digits for what is none. */
export function payloadText(payload: Payload | undefined, binary = false): string {
  const { text, hex, base64, cut: more = false } = payload ?? {};
  if (text !== undefined && !(binary && CONTROL.test(text))) return visible(text) + (more ? '…' : '');
  const bytes =
    text !== undefined
      ? Buffer.from(text)
      : hex !== undefined
        ? Buffer.from(hex, 'hex')
        : Buffer.from(base64 ?? '', 'base64');
  return hexOf(bytes.subarray(0, HEX_PREVIEW), ' ') + (more || bytes.length > HEX_PREVIEW ? ' …' : '');
}

/** What is wrong, and where, behind `indent` spaces; `below` the row of its frame it need not be named. */
export function violationText(
  violation: ViolationRecord,
  { paint, columns }: Fit,
  indent: number,
  below: boolean,
): string {
  const { id, level, at, payloadAt, inflatedAt, rfc, close, status, text, n, conn } = violation;
  const where =
    inflatedAt !== undefined
      ? `inflated byte ${inflatedAt}`
      : payloadAt !== undefined
        ? `payload byte ${payloadAt}`
        : `byte ${at} of the stream`;
  const frame = below ? '' : n === null ? ` of conn ${conn}` : ` in #${n}`;
  const expected = close !== null ? `expect close ${close}` : status !== null ? `expect HTTP ${status}` : undefined;
  const facts = [rfc === null ? undefined : sectionName(rfc), expected].filter((fact) => fact !== undefined).join(', ');
  const head = `! ${level} ${id}`;
  const line = `${head}${frame} at ${where}: ${visible(text)}${facts === '' ? '' : ` (${facts})`}`;
  const lines = wrapped(line, indent, columns ?? Number.POSITIVE_INFINITY, indent + 2);
  return lines.replace(head, () => paint(LEVEL_STYLES[level], head));
}

function gapLine({ conn, dir, bytes, resyncedAt }: GapRecord, fit: Fit): string {
  const who = dir === 'c2s' ? 'client' : 'server';
  const missing = bytes === null ? 'bytes' : `${bytes} bytes`;
  const then = resyncedAt === null ? 'no frame was found behind them' : `frames go on at byte ${resyncedAt}`;
  return remark('yellow', `-- conn ${conn}  ${missing} of the ${who} are missing; ${then}`, fit);
}

/** How a connection ended, in a sentence. */
export function closeStory({
  by,
  code,
  name,
  reason,
  clean,
  answeredMs,
  tcp,
}: Omit<CloseRecord, 'type' | 'conn'>): string {
  const ending = tcp === null ? '' : tcp.how === 'reset' ? `; the ${tcp.by} reset the connection` : '';
  if (by === null) return `ended without a Close (${code} ${name})${ending}`;
  const other = by === 'client' ? 'server' : 'client';
  const quoted = reason === '' ? '' : ` "${visible(reason)}"`;
  const after = answeredMs === null ? '' : ` after ${answeredMs.toFixed(answeredMs < 10 ? 1 : 0)} ms`;
  const answer = clean ? `the ${other} answered${after}` : `the ${other} did not answer`;
  return `closed by the ${by} with ${code} ${name}${quoted}; ${answer}${ending}`;
}

function closeLine({ conn, ...end }: CloseRecord, fit: Fit): string {
  return remark('bold', `== conn ${conn}  ${closeStory(end)}`, fit);
}
