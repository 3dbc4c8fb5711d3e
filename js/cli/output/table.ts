/** Rows of columns: CSV (RFC 4180), and fields as tshark prints them. */

import { csvCell } from '../../inspect/csv.js';
import type { FrameRecord, MessageRecord } from '../../inspect/records.js';
import { UsageError } from '../usage-error.js';
import { fieldText } from './fields.js';

/** How columns are parted, as `-E` says. */
export interface Separation {
  readonly separator: string;
  readonly header: boolean;
  readonly quote: '' | '"' | "'";
}

/** Reads `-E NAME=VALUE`: separator, header, quote. */
export function separationOf(settings: readonly string[]): Separation {
  let [separator, header, quote]: [string, boolean, Separation['quote']] = ['\t', false, ''];
  for (const setting of settings) {
    const [, name, value = ''] = /^(\w+)=(.*)$/s.exec(setting) ?? [];
    if (name === 'separator' && value !== '') separator = value === '/t' ? '\t' : value === '/s' ? ' ' : value;
    else if (name === 'header' && /^[yn]$/.test(value)) header = value === 'y';
    else if (name === 'quote' && /^[dsn]$/.test(value)) quote = value === 'd' ? '"' : value === 's' ? "'" : '';
    else throw new UsageError('-E is separator=TEXT (/t a tab, /s a space), header=y|n, or quote=d|s|n');
  }
  return { separator, header, quote };
}

/** The row of a record, with its end. */
export function fieldsLine(
  row: FrameRecord | MessageRecord,
  names: readonly string[],
  { separator, quote }: Separation,
): string {
  const cells = names.map((name) => {
    const text = fieldText(row, name);
    return quote === '' ? text : quote + text.replaceAll(quote, quote + quote) + quote;
  });
  return `${cells.join(separator)}\n`;
}

/** The row of a record as CSV. */
export function csvLine(row: FrameRecord | MessageRecord, names: readonly string[]): string {
  return `${names.map((name) => csvCell(fieldText(row, name))).join(',')}\r\n`;
}

/** The names of the columns as CSV. */
export function csvHeader(names: readonly string[]): string {
  return `${names.join(',')}\r\n`;
}
