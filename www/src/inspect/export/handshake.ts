/**
 * The handshake that a connection must have had, where the capture does not have it: readers of packets tell by it that frames
 * follow. A field says that it was made.
 */

import type { FrameRecord, HandshakeRecord } from '../../../../pkg/inspect/records.js';

/** The key and the accept value of RFC 6455 §1.3 belong together; one alone would be a violation. */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const MADE = 'X-Made-By: sansocket; this handshake is not in the capture';

/** A handshake with both heads. */
export function completed(handshake: HandshakeRecord): HandshakeRecord {
  const { request, response } = handshake;
  // A refusal has no frames, and a head alone is as the capture has it.
  if (request !== undefined || response !== undefined) return handshake;
  const { uri, host, key, accept, subprotocol, extensions } = handshake;
  const line = (name: string, value: string | null) => (value === null ? [] : [`${name}: ${value}`]);
  const known = key !== null && accept !== null;
  const asked = [
    `GET ${pathOf(uri)} HTTP/1.1`,
    `Host: ${host ?? 'capture.invalid'}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${known ? key : KEY}`,
    'Sec-WebSocket-Version: 13',
    ...line('Sec-WebSocket-Protocol', subprotocol),
    ...line('Sec-WebSocket-Extensions', extensions === null ? null : offerFor(extensions)),
    MADE,
  ];
  const answered = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${known ? accept : ACCEPT}`,
    ...line('Sec-WebSocket-Protocol', subprotocol),
    ...line('Sec-WebSocket-Extensions', extensions),
    MADE,
  ];
  return { ...handshake, request: headOf(asked), response: headOf(answered) };
}

/** The handshake of a connection of which only frames are in the capture. */
export const handshakeBefore = ({ conn, t, time }: FrameRecord): HandshakeRecord =>
  completed({
    type: 'handshake',
    conn,
    t,
    time,
    client: null,
    server: null,
    method: null,
    uri: null,
    host: null,
    origin: null,
    status: null,
    key: null,
    accept: null,
    acceptOk: null,
    subprotocol: null,
    offered: { protocols: [], extensions: null },
    extensions: null,
    pmd: null,
    violations: [],
  });

const headOf = (lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

/** Sources of messages have whole addresses. */
const pathOf = (uri: string | null): string => (uri ?? '/').replace(/^\w+:\/\/[^/?#]*/, '') || '/';

/** An offer that the answer may be given to (RFC 7692 §7.1): its own parameters, and the client's window. */
const offerFor = (extensions: string): string =>
  /\bclient_max_window_bits\b/.test(extensions) ? extensions : `${extensions}; client_max_window_bits`;
