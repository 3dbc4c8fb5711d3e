/** Records with nothing in them that somebody said: for bug reports. */

import { readHeader } from './header.js';
import { payloadBytes } from './payload.js';
import type { FrameRecord, HandshakeRecord, InspectRecord, MessageRecord, Payload } from './records.js';
import { hexOf } from './visible.js';

const FILLER = 'x';

/** Fields of a head that say who somebody is. */
const SECRET = /^(cookie|set-cookie|authorization|proxy-authorization|x-api-key|x-auth-[\w-]*|x-csrf-[\w-]*)\s*:/i;

/**
 * The structure of a record: payload and the reasons of Closes are filler of the same length, under the same mask; queries,
 * cookies and credentials are left out of heads. Every frame, length, flag, code and violation stays, and so do the names of
 * hosts, paths and subprotocols.
 */
export function redact<Record extends InspectRecord>(record: Record): Record;
export function redact(record: InspectRecord): InspectRecord {
  switch (record.type) {
    case 'frame':
      return withoutPayload(record);
    case 'message':
      return { ...record, ...fillerOf(record) };
    case 'handshake':
      return withoutSecrets(record);
    case 'close':
      return { ...record, reason: fillerOfText(record.reason) };
    default:
      return record;
  }
}

function withoutPayload(frame: FrameRecord): FrameRecord {
  const { close, wire, op } = frame;
  return {
    ...frame,
    ...(close && { close: { ...close, reason: fillerOfText(close.reason) } }),
    ...(wire === undefined ? {} : { wire: redactedWire(wire, op) }),
    ...(op === 8 ? closeFiller(frame) : fillerOf(frame)),
  };
}

const fillerOfText = (text: string): string => FILLER.repeat(new TextEncoder().encode(text).length);

function fillerOf({ payload }: FrameRecord | MessageRecord): { readonly payload?: Payload } {
  if (payload === undefined) return {};
  return { payload: { text: FILLER.repeat(payloadBytes(payload).length), ...(payload.cut ? { cut: true } : {}) } };
}

/** The body of a Close keeps its code (RFC 6455 §5.5.1). */
function closeFiller({ payload }: FrameRecord): { readonly payload?: Payload } {
  if (payload === undefined) return {};
  const bytes = payloadBytes(payload).fill(FILLER.charCodeAt(0), 2);
  return { payload: { hex: hexOf(bytes), ...(payload.cut ? { cut: true } : {}) } };
}

/** A frame with filler; what was compressed no longer inflates. */
function redactedWire(wire: string, op: number): string {
  const bytes = payloadBytes({ hex: wire });
  const { headerLength, maskingKey } = readHeader(bytes);
  if (headerLength === undefined) return wire;
  for (let at = headerLength + (op === 8 ? 2 : 0); at < bytes.length; at += 1) {
    bytes[at] = FILLER.charCodeAt(0) ^ (maskingKey?.[(at - headerLength) % 4] ?? 0);
  }
  return hexOf(bytes);
}

function withoutSecrets({ uri, request, response, ...rest }: HandshakeRecord): HandshakeRecord {
  return {
    ...rest,
    uri: uri && withoutQuery(uri),
    ...(request === undefined ? {} : { request: redactedHead(request) }),
    ...(response === undefined ? {} : { response: redactedHead(response) }),
  };
}

const withoutQuery = (target: string): string => target.replace(/\?\S*/, '?redacted');

function redactedHead(head: string): string {
  const [first = '', ...fields] = head.split(/\r?\n/);
  return [withoutQuery(first), ...fields.filter((field) => !SECRET.test(field))].join('\r\n');
}
