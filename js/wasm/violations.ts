/**
 * What is said about each fault of a peer, at the index that is its number. The module gives numbers only;
 * `src/error.rs` and `src/handshake/error.rs` have the same tables, and a test compares them.
 */

import { ProtocolError, type ProtocolErrorCode } from '../errors.js';
import { HandshakeError } from '../handshake-error.js';

type Violation = readonly [kind: string, code: ProtocolErrorCode, rfc: number, section: string, message: string];

/** `Violation` of `src/error.rs`. */
const VIOLATIONS: readonly Violation[] = [
  ['reserved_bits', 'WS_ERR_UNEXPECTED_RSV_1', 6455, '5.2', 'RSV1 is set without an extension that defines it'],
  [
    'reserved_bits',
    'WS_ERR_UNEXPECTED_RSV_2_3',
    6455,
    '5.2',
    'RSV2 or RSV3 is set without an extension that defines it',
  ],
  ['rsv1_unexpected', 'WS_ERR_UNEXPECTED_RSV_1', 6455, '5.2', 'RSV1 is set on a continuation or control frame'],
  ['reserved_opcode', 'WS_ERR_INVALID_OPCODE', 6455, '5.2', 'the opcode is reserved'],
  ['unexpected_continuation', 'WS_ERR_INVALID_OPCODE', 6455, '5.4', 'a continuation frame while no message is open'],
  [
    'expected_continuation',
    'WS_ERR_INVALID_OPCODE',
    6455,
    '5.4',
    'a new data frame while a fragmented message is open',
  ],
  ['control_fragmented', 'WS_ERR_EXPECTED_FIN', 6455, '5.5', 'a control frame is fragmented'],
  [
    'control_too_long',
    'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    6455,
    '5.5',
    'a control frame has a payload of more than 125 bytes',
  ],
  [
    'close_too_short',
    'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
    6455,
    '5.5.1',
    'a Close frame has a payload of one byte',
  ],
  [
    'close_bad_code',
    'WS_ERR_INVALID_CLOSE_CODE',
    6455,
    '7.4.1',
    'a Close frame has a status code that may not be sent',
  ],
  ['close_bad_reason', 'WS_ERR_INVALID_UTF8', 6455, '5.5.1', 'a close reason is not UTF-8'],
  ['mask_required', 'WS_ERR_EXPECTED_MASK', 6455, '5.1', 'a frame sent to a server is not masked'],
  ['mask_forbidden', 'WS_ERR_UNEXPECTED_MASK', 6455, '5.1', 'a frame sent to a client is masked'],
  ['non_minimal_length', 'WS_ERR_NON_MINIMAL_LENGTH', 6455, '5.2', 'the payload length is not in its shortest form'],
  ['length_msb', 'WS_ERR_LENGTH_MSB', 6455, '5.2', 'the top bit of a 64-bit payload length is set'],
  [
    'frame_too_large',
    'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
    6455,
    '10.4',
    'a frame declares more bytes than the limit',
  ],
  ['message_too_large', 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 6455, '10.4', 'a message has more bytes than the limit'],
  ['too_many_fragments', 'WS_ERR_TOO_MANY_BUFFERED_PARTS', 6455, '10.4', 'a message has more frames than the limit'],
  ['invalid_utf8', 'WS_ERR_INVALID_UTF8', 6455, '8.1', 'a text message is not UTF-8'],
  [
    'control_flood',
    'WS_ERR_CONTROL_FLOOD',
    6455,
    '10.4',
    'more control frames than the limit before the output was drained',
  ],
  ['out_of_memory', 'WS_ERR_OUT_OF_MEMORY', 6455, '10.4', 'no memory for the message'],
  ['unexpected_eof', 'WS_ERR_UNEXPECTED_EOF', 6455, '7.1.5', 'the connection was lost before a Close frame arrived'],
  [
    'deflate_invalid',
    'WS_ERR_DEFLATE_INVALID',
    7692,
    '7.2.2',
    'a compressed message is not valid within the agreed window',
  ],
  ['deflate_truncated', 'WS_ERR_DEFLATE_TRUNCATED', 7692, '7.2.2', 'a compressed message ends inside a block'],
];

type HandshakeViolation = readonly [kind: string, rfc: number, section: string, message: string];

/** `HandshakeViolation` of `src/handshake/error.rs`. */
const HANDSHAKE_VIOLATIONS: readonly HandshakeViolation[] = [
  ['bad_request_line', 6455, '4.2.1', 'the request line is malformed'],
  ['bad_method', 6455, '4.2.1', 'the method must be GET'],
  ['bad_http_version', 6455, '4.1', 'the version of HTTP must be 1.1'],
  ['bad_target', 6455, '4.2.1', 'the request target must be a path or an absolute HTTP URI'],
  ['bad_header', 6455, '4.1', 'a header field or a line end is malformed'],
  ['bad_host', 6455, '4.2.1', 'there must be one Host field with a valid host'],
  ['unexpected_body', 6455, '4.2.1', 'the request must not have a body'],
  ['unexpected_body', 6455, '4.1', 'too much data before the handshake was answered'],
  ['bad_connection', 6455, '4.1', 'the Connection field must have the token Upgrade'],
  ['bad_upgrade', 6455, '4.1', 'the Upgrade field must name websocket'],
  ['bad_upgrade', 8441, '5', 'the :protocol must be websocket'],
  ['bad_key', 6455, '4.2.1', 'there must be one Sec-WebSocket-Key field with 16 bytes in base64'],
  ['bad_version', 6455, '4.4', 'the Sec-WebSocket-Version must be 13'],
  ['bad_version', 6455, '11.3.5', 'the Sec-WebSocket-Version field is repeated'],
  ['bad_origin', 6455, '10.2', 'the origin is not allowed'],
  ['bad_origin', 6455, '10.2', 'the Origin field is repeated'],
  ['bad_protocol', 6455, '11.3.4', 'the Sec-WebSocket-Protocol field must be a list of unique tokens'],
  ['bad_extensions', 6455, '9.1', 'the Sec-WebSocket-Extensions field is not acceptable'],
  ['head_too_large', 6455, '10.4', 'the head has more bytes than the limit'],
  ['head_too_large', 6455, '10.4', 'the first line has more bytes than the limit'],
  ['too_many_headers', 6455, '10.4', 'the head has more fields than the limit'],
  ['bad_status_line', 6455, '4.1', 'the status line is malformed'],
  ['unexpected_status', 6455, '4.1', 'the server did not switch protocols'],
  ['head_too_large', 6455, '10.4', 'more interim responses than the limit'],
  ['bad_accept', 6455, '4.1', 'the Sec-WebSocket-Accept field does not belong to the key'],
  ['unexpected_extension', 6455, '4.1', 'the server chose an extension that was not offered'],
  ['unexpected_protocol', 6455, '4.1', 'the server chose a subprotocol that was not offered'],
  ['unexpected_eof', 6455, '4.1', 'the connection was lost during the opening handshake'],
  ['h2_malformed', 8441, '5', 'the header list of the extended CONNECT is malformed'],
  ['h2_settings', 8441, '3', 'SETTINGS_ENABLE_CONNECT_PROTOCOL must be 0 or 1 and may not be withdrawn'],
  ['h2_not_enabled', 8441, '3', 'the server has not enabled extended CONNECT'],
];

/** The error for the violation of this number. */
export function protocolError(number: number, closeCode: number, offset: number, frameIndex: number): ProtocolError {
  const [kind, code, rfc, section, message] = VIOLATIONS[number] as Violation;
  const where = `frame ${frameIndex}, byte ${offset}, RFC ${rfc} §${section}`;
  return new ProtocolError(`${message} (${where})`, { kind, code, closeCode, section, offset, frameIndex });
}

/** The error for the violation of this number in the opening handshake; `status` is 0 if no status answers it. */
export function handshakeError(number: number, status: number, offset: number): HandshakeError {
  const [kind, rfc, paragraph, message] = HANDSHAKE_VIOLATIONS[number] as HandshakeViolation;
  const section = `RFC ${rfc} §${paragraph}`;
  return new HandshakeError(`${message} (byte ${offset}, ${section})`, {
    kind,
    code: `WS_ERR_${kind.toUpperCase()}`,
    section,
    offset,
    status: status === 0 ? undefined : status,
  });
}
