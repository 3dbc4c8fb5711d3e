/** Items as lines for people. */

import type { Role } from 'sansocket';
import type { Head } from '../inspect/head.js';
import { closeName, opcodeName } from '../inspect/names.js';
import type { BrokenFrame, Item, ReadFrame } from '../inspect/reader.js';
import { sectionName, type Violation } from '../inspect/violation.js';
import { hexOf, visible, visibleBytes } from '../inspect/visible.js';
import type { Paint, Style } from './terminal.js';

export interface Look {
  readonly paint: Paint;
  /** The width of the terminal, to which lines are cut; `undefined` for files and pipes, where nothing is. */
  readonly columns: number | undefined;
}

/** Bytes of a payload that are shown: as text, and in hex. */
const TEXT_PREVIEW = 256;
const HEX_PREVIEW = 64;

const STYLES: Readonly<Record<string, Style>> = {
  text: 'green',
  binary: 'cyan',
  cont: 'blue',
  close: 'magenta',
  ping: 'yellow',
  pong: 'yellow',
};

/** The lines of an item, with their ends: one, and one more for each violation. `role` is the receiver's. */
export function linesOf(item: Item, role: Role | undefined, look: Look): string {
  const first = item.type === 'head' ? headLine(item, look) : frameLine(item, role, look);
  return [first, ...item.violations.map((violation) => violationLine(violation, look))].join('\n').concat('\n');
}

function headLine({ startLine, length, key, accept, receiver }: Head, { paint, columns }: Look): string {
  const answer = receiver === 'server' ? 'answer' : 'accept';
  const notes = [`${length} bytes`, key && `key ${key}`, accept && `${answer} ${accept}`];
  const text = `${visible(startLine)}  (${visible(notes.filter(Boolean).join(', '))})`;
  return paint('bold', cut(text, columns));
}

/** Everything in columns of their own, the data last. */
function frameLine(item: ReadFrame | BrokenFrame, role: Role | undefined, { paint, columns }: Look): string {
  const {
    fin,
    rsv1,
    rsv2,
    rsv3,
    opcode,
    maskingKey,
    payloadLength = '?',
  } = item.type === 'frame' ? item.frame : item.header;
  const name = opcodeName(opcode);
  const flags = [fin && 'fin', rsv1 && 'rsv1', rsv2 && 'rsv2', rsv3 && 'rsv3'].filter(Boolean).join(' ');
  const arrow = role === undefined ? '?' : role === 'server' ? '>' : '<';
  const number = `#${item.number}`.padStart(5);
  const offset = String(item.offset).padStart(8);
  const key = maskingKey === undefined ? '' : hexOf(maskingKey);
  const columnsBefore = `${number} ${offset}  ${arrow}  ${name.padEnd(6)}  ${flags.padEnd(3)}  ${`${payloadLength} B`.padStart(9)}  `;
  const data = role === 'client' && key === '' ? '' : `${key.padEnd(8)}  `;
  const room = columns === undefined ? undefined : Math.max(columns - columnsBefore.length - data.length, 8);
  return [
    paint('dim', `${number} ${offset}`),
    `  ${arrow}  `,
    paint(STYLES[name] ?? 'red', name.padEnd(6)),
    `  ${flags.padEnd(3)}  ${`${payloadLength} B`.padStart(9)}  `,
    paint('dim', data),
    cut(item.type === 'frame' ? preview(item) : `(${item.received} bytes of it are there)`, room),
  ]
    .join('')
    .trimEnd();
}

function preview({ frame: { opcode, payload }, kind }: ReadFrame): string {
  const shown = payload.subarray(0, kind === 'binary' ? HEX_PREVIEW : TEXT_PREVIEW);
  const more = payload.length > shown.length ? '…' : '';
  if (opcode === 8 && payload.length >= 2) {
    const code = new DataView(payload.buffer, payload.byteOffset).getUint16(0);
    return `${code} ${closeName(code)} ${visibleBytes(shown.subarray(2))}`.trimEnd() + more;
  }
  return (kind === 'binary' ? hexOf(shown, ' ') : visibleBytes(shown, true)) + more;
}

function violationLine({ id, at, rfc, close, status, code, text }: Violation, { paint }: Look): string {
  const consequence = close === undefined ? status && `HTTP ${status}` : `close ${close}`;
  const facts = [sectionName(rfc), consequence, code].filter(Boolean).join(', ');
  return `      ${paint('red', `! error ${id}`)} at byte ${at}: ${text} (${facts})`;
}

/** Text of at most `columns` characters. */
function cut(text: string, columns: number | undefined): string {
  if (columns === undefined || text.length <= columns) return text;
  return `${Array.from(text)
    .slice(0, columns - 1)
    .join('')}…`;
}
