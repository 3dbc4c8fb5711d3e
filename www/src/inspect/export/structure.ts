/** Captures written anew, as packets: whole, or with nothing in them that somebody said. */

import { joined } from '../../../../pkg/inspect/byte-writer.js';
import { readHeader } from '../../../../pkg/inspect/header.js';
import type { FrameRecord, HandshakeRecord, InspectRecord } from '../../../../pkg/inspect/records.js';
import { hexOf } from '../../../../pkg/inspect/visible.js';
import { PACKETS, pcapng } from './formats.js';
import type { Source } from './records.js';
import { hexBytes } from './wire.js';

/** Bytes beyond which no link can hold a capture. */
const MOST = 4 << 20;

/** The capture as packets; `undefined` if it is too large for a link. */
export async function asPackets(
  source: Source,
  change?: (record: InspectRecord) => InspectRecord,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of pcapng(source, PACKETS, change)) {
    parts.push(part);
    length += part.length;
    if (length > MOST) return undefined;
  }
  return joined(parts);
}

/**
 * Every frame, length, flag and framing violation, and nothing that was said: payload is filler of the same length, under
 * the same mask; a Close keeps its code. Compressed payload becomes filler too, which no longer inflates.
 */
export const structureOnly = (source: Source): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  asPackets(source, (record) => {
    if (record.type === 'frame') return withFiller(record);
    return record.type === 'handshake' ? withoutNames(record) : record;
  });

/** `x`: what is filled in is text, so that a text stays one. */
const FILLER = 0x78;

function withFiller(frame: FrameRecord): FrameRecord {
  const wire = hexBytes(frame.wire ?? '');
  if (wire.length === 0) return frame;
  const { headerLength, maskingKey } = readHeader(wire);
  if (headerLength === undefined || wire.length <= headerLength) return frame;
  const kept = headerLength + (frame.op === 8 ? 2 : 0);
  const filled = wire.map((byte, at) => (at < kept ? byte : FILLER ^ (maskingKey?.[(at - headerLength) % 4] ?? 0)));
  return { ...frame, wire: hexOf(filled) };
}

/** Fields that say who somebody is. */
const SECRET = /^(cookie|set-cookie|authorization|proxy-authorization|x-api-key|x-auth-[\w-]*|x-csrf-[\w-]*)\s*:/i;

function withoutNames({ request, response, ...handshake }: HandshakeRecord): HandshakeRecord {
  return {
    ...handshake,
    ...(request === undefined ? {} : { request: withoutSecrets(request) }),
    ...(response === undefined ? {} : { response: withoutSecrets(response) }),
  };
}

function withoutSecrets(head: string): string {
  return head
    .split(/\r?\n/)
    .filter((line) => !SECRET.test(line))
    .map((line, at) => (at === 0 ? line.replace(/\?\S*/, '?redacted') : line))
    .join('\r\n');
}
