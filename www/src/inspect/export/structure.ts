/** Captures written anew, as packets: whole, or with nothing in them that somebody said. */

import { joined } from '../../../../pkg/inspect/byte-writer.js';
import { redact } from '../../../../pkg/inspect/redact.js';
import { type Change, PACKETS, pcapng } from './formats.js';
import type { Source } from './records.js';

/** Bytes beyond which no link can hold a capture. */
const MOST = 4 << 20;

/** The capture as packets; `undefined` if it is too large for a link. */
export async function asPackets(source: Source, change?: Change): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of pcapng(source, PACKETS, change)) {
    parts.push(part);
    length += part.length;
    if (length > MOST) return undefined;
  }
  return joined(parts);
}

/** The same with nothing in it that somebody said; what was compressed no longer inflates. */
export const structureOnly = (source: Source): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  asPackets(source, redact);
