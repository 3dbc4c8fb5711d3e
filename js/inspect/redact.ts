/** Records with nothing in them that somebody said: for bug reports. */

import { readHeader } from './header.js';
import { payloadBytes } from './payload.js';
import type { FrameRecord, HandshakeRecord, InspectRecord, MessageRecord, Payload } from './records.js';
import { hexOf } from './visible.js';

const FILLER = 'x';

/** What stands for what is left out. */
const REDACTED = 'redacted';

/**
 * Fields of a head whose values stay: the opening handshake (RFC 6455 §4) and the framing of HTTP. In any other somebody may
 * have a secret.
 */
const KEPT = new Set(
  (
    'host origin upgrade connection sec-websocket-key sec-websocket-version sec-websocket-protocol ' +
    'sec-websocket-extensions sec-websocket-accept server date content-length transfer-encoding'
  ).split(' '),
);

/**
 * The structure of a record: payload and the reasons of Closes are filler of the same length, under the same mask; of heads
 * stay the names of fields, and the values of those that make the handshake; addresses lose user, password and query. Every
 * frame, length, flag, code and violation stays, and so do the names of hosts, paths and subprotocols.
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
    case 'error':
      // An archive has in words why a connection failed.
      return { ...record, text: record.text.replace(/^(the connection failed): .*/s, '$1') };
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

function withoutSecrets(handshake: HandshakeRecord): HandshakeRecord {
  const { uri, host, origin, request, response } = handshake;
  return {
    ...handshake,
    uri: uri && redactedAddress(uri),
    host: host && redactedAddress(host),
    origin: origin && redactedAddress(origin),
    ...(request === undefined ? {} : { request: redactedHead(request) }),
    ...(response === undefined ? {} : { response: redactedHead(response) }),
  };
}

/** An address, or the target of a request, without user and password, query and fragment. */
function redactedAddress(address: string): string {
  return address.replace(/^([a-z][\w+.-]*:\/\/|\/\/)?[^/?#]*@/i, '$1').replace(/([?#]).*/s, `$1${REDACTED}`);
}

function redactedHead(head: string): string {
  const [first = '', ...fields] = head.split(/\r?\n/);
  return [redactedStart(first), ...fields.map(redactedField)].join('\r\n');
}

/** Method, target and version of a request; version, status and reason of a response. */
function redactedStart(line: string): string {
  const [first = '', second = '', ...rest] = line.split(' ');
  const third = rest.join(' ');
  const isKnown = /^(?:HTTP\/\d(?:\.\d)?|Switching Protocols)?$/.test(third);
  return `${first} ${redactedAddress(second)} ${isKnown ? third : REDACTED}`.trimEnd();
}

function redactedField(line: string): string {
  const [, name = '', value] = /^([!#$%&'*+.^`|~\w-]+)\s*:\s*(.*)$/s.exec(line) ?? [];
  if (value === undefined) return line === '' ? '' : `${REDACTED}: ${REDACTED}`;
  if (!KEPT.has(name.toLowerCase())) return `${name}: ${REDACTED}`;
  return `${name}: ${/^(?:host|origin)$/i.test(name) ? redactedAddress(value) : value}`;
}
