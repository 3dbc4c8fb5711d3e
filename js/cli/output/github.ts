/** Violations as annotations of a GitHub workflow. */

import { sectionName } from '../../inspect/catalogue.js';
import type { ViolationRecord } from '../../inspect/records.js';
import { visible } from '../../inspect/visible.js';

const COMMANDS = { error: 'error', warn: 'warning', note: 'notice' } as const;

/** The line of a violation. What would end a property or the line is escaped as the runner reads it. */
export function githubLine({ level, id, text, rfc, n, at }: ViolationRecord, file: string): string {
  const where = n === null ? `byte ${at}` : `frame ${n}, byte ${at}`;
  const rule = rfc === null ? '' : `, ${sectionName(rfc)}`;
  return `::${COMMANDS[level]} file=${property(file)},title=${property(id)}::${data(`${visible(text)} (${where}${rule})`)}\n`;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
