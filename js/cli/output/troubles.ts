/** What of a capture could not be read, as complaints. */

import { visible } from '../../inspect/visible.js';
import { complain } from '../terminal.js';
import { linesOfType } from './records.js';

/** Tells the errors among records, each with its place. */
export function tellTroubles(ndjson: Uint8Array, name: string): void {
  for (const line of linesOfType('error', ndjson)) {
    const { packet, offset, text } = JSON.parse(line) as { packet: number | null; offset: number | null; text: string };
    const where = packet !== null ? `packet ${packet}: ` : offset !== null ? `byte ${offset}: ` : '';
    complain(`${name}: ${where}${visible(text)}`);
  }
}
