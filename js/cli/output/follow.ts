/** Connections as conversations: one line a message, without columns. */

import type { FrameRecord, InspectRecord, MessageRecord } from '../../inspect/records.js';
import { visible } from '../../inspect/visible.js';
import type { Paint } from '../terminal.js';
import { payloadText } from './pretty.js';

/** Whether it has a line: a message or a Close. Pings and Pongs are silent. */
export function isSaid(record: InspectRecord): record is FrameRecord | MessageRecord {
  return record.type === 'message' || (record.type === 'frame' && record.op === 8);
}

/** The line of a record, if it has one. */
export function follow(record: InspectRecord, paint: Paint): string {
  if (!isSaid(record)) return '';
  const client = record.dir === 'c2s';
  const close = record.type === 'frame' ? record.close : undefined;
  const text =
    close === undefined ? payloadText(record.payload) : `(${`close ${close.code} ${visible(close.reason)}`.trim()})`;
  const conn = record.conn === 1 ? '' : `@${record.conn} `;
  return `${paint(client ? 'green' : 'cyan', `${conn}${client ? '>' : '<'} ${text}`)}\n`;
}
