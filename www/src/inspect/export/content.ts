/** The bytes of a capture that a link holds. */

import { bytesOfText } from '../../../../pkg/inspect/notation.js';
import { wrappingOf } from '../../../../pkg/inspect/recognise.js';
import type { Opened } from '../session.js';
import { asPackets } from './structure.js';

/** Bytes of a capture that a link may be made of: compressed, they may still fit. */
const LINKABLE = 4 << 20;

/** The bytes as they are; what a notation stands for, and both directions as packets. `undefined` if they are too many. */
export async function linkBytes(opened: Opened): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { parts, reading } = opened;
  if (parts.reduce((sum, { blob }) => sum + blob.size, 0) > LINKABLE) return undefined;
  const [first, second] = parts;
  if (first === undefined || second !== undefined) return asPackets(opened);
  const bytes = new Uint8Array(await first.blob.arrayBuffer());
  const forced = reading.from === 'hex' || reading.from === 'base64' ? reading.from : undefined;
  const isText = forced !== undefined || (reading.from === '' && wrappingOf(bytes) === 'text');
  return isText ? bytesOfText(new TextDecoder().decode(bytes), forced).bytes : bytes;
}
