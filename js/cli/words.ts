/** Counts in words. */

import type { CaptureStats } from '../inspect/stats.js';

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What a capture has, in a line. */
export function summaryOf({ connections, frames, messages, bytes, errors, warnings, notes }: CaptureStats): string {
  const findings = [
    errors > 0 ? counted(errors, 'error') : '',
    warnings > 0 ? counted(warnings, 'warning') : '',
    notes > 0 ? counted(notes, 'note') : '',
  ].filter((text) => text !== '');
  const verdict = findings.length > 0 ? findings.join(', ') : 'no violation';
  const what = [counted(frames, 'frame'), counted(messages, 'message'), counted(connections, 'connection')];
  return [...what, counted(bytes, 'byte'), verdict].join(', ');
}
