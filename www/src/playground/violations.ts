/** Every rule that an endpoint can break on purpose, and the bytes that break it. */

import { encodeFrame, type FrameInit, type Role } from '../../../pkg/index.js';
import { joined } from '../../../pkg/inspect/byte-writer.js';

export interface Violation {
  /** The stable name of the rule. */
  readonly id: string;
  readonly level: 'error' | 'warn' | 'note';
  /** What is sent. */
  readonly text: string;
  /** Who can break it; both, if left out. */
  readonly by?: Role;
  readonly group: 'frames' | 'messages' | 'close' | 'compression' | 'handshake';
  readonly bytes: (role: Role) => Uint8Array;
}

const KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);

/** Frames as `role` masks them, one after the other. */
function frames(role: Role, ...inits: FrameInit[]): Uint8Array {
  const all = inits.map((init) => encodeFrame(role === 'client' ? { maskingKey: KEY, ...init } : init));
  return joined(all);
}

const simple = (
  id: string,
  group: Violation['group'],
  text: string,
  inits: readonly FrameInit[],
  more: Partial<Violation> = {},
): Violation => ({ id, level: 'error', group, text, bytes: (role) => frames(role, ...inits), ...more });

const bytes = (...values: number[]): Uint8Array => Uint8Array.of(...values);

/** A header written by hand, for what no encoder writes. */
const header = (role: Role, first: number, length: readonly number[]): Uint8Array =>
  role === 'client' ? bytes(first, 0x80 | (length[0] ?? 0), ...length.slice(1), ...KEY) : bytes(first, ...length);

const request = (...lines: string[]): Uint8Array =>
  new TextEncoder().encode(['GET /chat HTTP/1.1', 'Host: server.example.com', ...lines, '', ''].join('\r\n'));

const UPGRADE = ['Upgrade: websocket', 'Connection: Upgrade'];
const CREDENTIALS = ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13'];
const ACCEPT = 'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const response = (...lines: string[]): Uint8Array =>
  new TextEncoder().encode(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));

const broken = (id: string, by: Role, text: string, made: Uint8Array): Violation => ({
  id,
  level: 'error',
  group: 'handshake',
  by,
  text,
  bytes: () => made,
});

export const violations: readonly Violation[] = [
  simple(
    'mask-missing',
    'frames',
    'a text without a mask',
    [{ opcode: 1, payload: 'bare', masked: false, maskingKey: undefined }],
    {
      by: 'client',
    },
  ),
  simple('mask-present', 'frames', 'a text with a mask', [{ opcode: 1, payload: 'mask', maskingKey: KEY }], {
    by: 'server',
  }),
  simple(
    'mask-key-weak',
    'frames',
    'a text under the key 00 00 00 00',
    [{ opcode: 1, payload: 'weak', maskingKey: bytes(0, 0, 0, 0) }],
    {
      by: 'client',
      level: 'warn',
    },
  ),
  simple('rsv-nonzero', 'frames', 'a text with RSV2', [{ opcode: 1, payload: 'rsv2', rsv2: true }]),
  simple('opcode-reserved', 'frames', 'opcode 3', [{ opcode: 3, payload: 'three' }]),
  {
    id: 'length-nonminimal',
    level: 'error',
    group: 'frames',
    text: '5 bytes with a length of 16 bits',
    bytes: (role) => frames(role, { opcode: 1, payload: 'Hello', headerLength: role === 'client' ? 8 : 4 }),
  },
  {
    id: 'length-msb',
    level: 'error',
    group: 'frames',
    text: 'a length of 64 bits with its top bit',
    bytes: (role) => header(role, 0x82, [127, 0x80, 0, 0, 0, 0, 0, 0, 5]),
  },
  {
    id: 'length-implausible',
    level: 'warn',
    group: 'frames',
    text: 'a frame that declares 1 GiB',
    bytes: (role) => header(role, 0x82, [127, 0, 0, 0, 0, 0x40, 0, 0, 0]),
  },
  simple('control-too-long', 'frames', 'a Ping of 126 bytes', [{ opcode: 9, payload: 'x'.repeat(126) }]),
  simple('control-fragmented', 'frames', 'a Ping without FIN', [{ opcode: 9, payload: 'ping', fin: false }]),
  simple('continuation-orphan', 'messages', 'a continuation of nothing', [{ opcode: 0, payload: 'orphan' }]),
  simple('message-interrupted', 'messages', 'a text inside a text', [
    { opcode: 1, payload: 'one', fin: false },
    { opcode: 1, payload: 'two' },
  ]),
  simple(
    'fragment-empty',
    'messages',
    'a text with an empty fragment',
    [
      { opcode: 1, payload: 'a', fin: false },
      { opcode: 0, payload: '', fin: false },
      { opcode: 0, payload: 'b' },
    ],
    { level: 'note' },
  ),
  simple('utf8-invalid', 'messages', 'a text of 61 ff 62', [{ opcode: 1, payload: bytes(0x61, 0xff, 0x62) }]),
  simple('pong-unsolicited', 'messages', 'a Pong that nobody asked for', [{ opcode: 10, payload: 'alive' }], {
    level: 'note',
  }),
  simple('close-body-1', 'close', 'a Close of one byte', [{ opcode: 8, payload: bytes(3) }]),
  simple('close-code-forbidden', 'close', 'a Close with 1005', [{ opcode: 8, payload: bytes(3, 0xed) }]),
  simple('close-reason-utf8', 'close', 'a Close whose reason is ff', [{ opcode: 8, payload: bytes(0x0f, 0xa1, 0xff) }]),
  simple('data-after-close', 'close', 'a text after a Close', [
    { opcode: 8, payload: bytes(3, 232) },
    { opcode: 1, payload: 'late' },
  ]),
  simple('rsv1-control', 'compression', 'a compressed Ping', [{ opcode: 9, payload: 'ping', rsv1: true }]),
  simple('rsv1-continuation', 'compression', 'RSV1 on a second fragment', [
    { opcode: 1, payload: 'a', fin: false },
    { opcode: 0, payload: 'b', rsv1: true },
  ]),
  simple('inflate-error', 'compression', 'a compressed text that is no DEFLATE', [
    { opcode: 1, payload: bytes(0xff, 0xff, 0xff), rsv1: true },
  ]),
  broken('hs-method-version', 'client', 'POST', postRequest()),
  broken(
    'hs-missing-host',
    'client',
    'no Host',
    new TextEncoder().encode(['GET /chat HTTP/1.1', ...UPGRADE, ...CREDENTIALS, '', ''].join('\r\n')),
  ),
  broken('hs-upgrade', 'client', 'Upgrade: h2c', request('Upgrade: h2c', 'Connection: Upgrade', ...CREDENTIALS)),
  broken(
    'hs-connection',
    'client',
    'Connection: close',
    request('Upgrade: websocket', 'Connection: close', ...CREDENTIALS),
  ),
  broken(
    'hs-key-invalid',
    'client',
    'a key of 3 bytes',
    request(...UPGRADE, 'Sec-WebSocket-Key: dGhl', 'Sec-WebSocket-Version: 13'),
  ),
  broken(
    'hs-version',
    'client',
    'version 8',
    request(...UPGRADE, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 8'),
  ),
  broken(
    'hs-accept-mismatch',
    'server',
    'the accept value of another key',
    response(...UPGRADE, 'Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
  ),
  broken(
    'hs-extension-unoffered',
    'server',
    'an extension that nobody offered',
    response(...UPGRADE, ACCEPT, 'Sec-WebSocket-Extensions: x-unheard-of'),
  ),
  broken(
    'hs-subprotocol-unoffered',
    'server',
    'a subprotocol that nobody offered',
    response(...UPGRADE, ACCEPT, 'Sec-WebSocket-Protocol: unheard-of'),
  ),
  broken(
    'hs-pmd-params',
    'server',
    'a window of 99 bits',
    response(...UPGRADE, ACCEPT, 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99'),
  ),
];

function postRequest(): Uint8Array {
  const text = ['POST /chat HTTP/1.1', 'Host: server.example.com', ...UPGRADE, ...CREDENTIALS, '', ''].join('\r\n');
  return new TextEncoder().encode(text);
}

/** Those that an endpoint of this role can break. */
export const violationsOf = (role: Role): readonly Violation[] =>
  violations.filter(({ by }) => by === undefined || by === role);
