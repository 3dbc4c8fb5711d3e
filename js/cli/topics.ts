/** All that can be explained: what it is called, and what is said about it. */

import { catalogue, sectionName, sectionUrl } from '../inspect/catalogue.js';
import { closeName, opcodeName } from '../inspect/names.js';
import { deflateOffer } from './extension.js';

export interface Explanation {
  readonly kind: 'close' | 'opcode' | 'violation' | 'field' | 'header' | 'status' | 'extension';
  readonly title: string;
  /** In a few words, such as the level; may be empty. */
  readonly facts: string;
  readonly text: string;
  readonly link: string | undefined;
}

/** Something with a name. */
interface Entry {
  readonly names: readonly string[];
  readonly explanation: Explanation;
}

const closeTexts: Readonly<Record<number, string>> = {
  1000: 'The purpose of the connection was fulfilled.',
  1001: 'A server goes down, or the page was left.',
  1002: 'The peer broke the protocol. "sansocket lint" on a capture tells how.',
  1003: 'A type of data came that this endpoint does not take, such as binary where it wants text.',
  1004: 'Reserved: it has no meaning and may not be sent.',
  1005: 'The Close had no status code. Only ever told to the application; it may not be sent.',
  1006:
    'The connection ended without a Close: it broke, timed out, or never opened. Only ever told to the application; it may ' +
    'not be sent. Look for a proxy with an idle time limit, a crash, a refused handshake, or TLS that failed.',
  1007: 'Data does not fit the type of its message, such as text that is not UTF-8.',
  1008: 'A message violates a policy of the endpoint. Used where no other code fits.',
  1009: 'A message is too big to process. Limits of servers are often 1 MiB, or less.',
  1010: 'The server did not agree to an extension that the client needs. Only clients send it.',
  1011: 'The server met a condition that it did not expect.',
  1012: 'The service restarts: connect again, after a random time.',
  1013: 'The service is overloaded: try again later.',
  1014: 'A gateway got an invalid answer from the server behind it.',
  1015: 'The TLS handshake failed. Only ever told to the application; it may not be sent.',
};

const opcodeTexts: Readonly<Record<number, string>> = {
  0: 'The next part of the message that is open.',
  1: 'A text message, or its first part. The whole message is UTF-8.',
  2: 'A binary message, or its first part.',
  8: 'Begins or answers the closing handshake. Its body is empty, or a status code of two bytes and a reason in UTF-8.',
  9: 'Asks for a Pong with the same payload. May come between the frames of a message.',
  10: 'Answers a Ping with its payload; without one it is a sign of life.',
};

/** Fields of a frame (RFC 6455 §5.2), and of the opening handshake. */
const fields: readonly (readonly [name: string, kind: 'field' | 'header', section: string, text: string])[] = [
  ['FIN', 'field', '5.2', 'The first bit: 1 on the last frame of a message. A message in one frame has it set.'],
  [
    'RSV1',
    'field',
    '5.2',
    'The second bit: 1 on the first frame of a message that permessage-deflate compressed; else 0.',
  ],
  ['RSV2', 'field', '5.2', 'The third bit, for extensions; none that is in use defines it.'],
  ['RSV3', 'field', '5.2', 'The fourth bit, for extensions; none that is in use defines it.'],
  [
    'opcode',
    'field',
    '5.2',
    'The last four bits of the first byte: what the frame is. 0 to 2 are data, 8 to 10 control.',
  ],
  [
    'MASK',
    'field',
    '5.2',
    'The first bit of the second byte: 1 on all that a client sends, 0 on all that a server sends.',
  ],
  [
    'payload-length',
    'field',
    '5.2',
    'Seven bits: up to 125 the length itself; 126 says that 16 bits with it follow, 127 that 64 do.',
  ],
  ['masking-key', 'field', '5.3', 'Four random bytes; byte i of the payload is XORed with byte i mod 4 of it.'],
  ['Sec-WebSocket-Key', 'header', '11.3.1', 'Of a request: the base64 of 16 random bytes. A nonce, not a secret.'],
  [
    'Sec-WebSocket-Accept',
    'header',
    '11.3.3',
    'Of an answer: base64(SHA-1(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")). "sansocket handshake KEY" computes it.',
  ],
  [
    'Sec-WebSocket-Version',
    'header',
    '11.3.5',
    'Of a request: 13. A server that speaks others answers 426 and names them.',
  ],
  [
    'Sec-WebSocket-Protocol',
    'header',
    '11.3.4',
    'Of a request: the subprotocols offered, best first. Of an answer: the one that was chosen.',
  ],
  [
    'Sec-WebSocket-Extensions',
    'header',
    '11.3.2',
    'Of a request: the extensions offered with their parameters. Of an answer: those that are used. Nearly always permessage-deflate.',
  ],
  [
    'Upgrade',
    'header',
    '4.1',
    'Has to name websocket, in request and answer. Proxies do not pass it on by themselves.',
  ],
  [
    'Connection',
    'header',
    '4.1',
    'Has to have the token Upgrade, in request and answer. Proxies set it by themselves.',
  ],
  [
    'Origin',
    'header',
    '10.2',
    'Of a request by a browser: the page that asks. A server that takes any lets every site use the cookies of its users.',
  ],
];

const statuses: readonly (readonly [status: number, section: string, name: string, text: string])[] = [
  [101, '4.2.2', 'Switching Protocols', 'The server accepts; what follows its head are frames.'],
  [400, '4.2.1', 'Bad Request', 'The request is none for a WebSocket: a field is missing or wrong.'],
  [401, '4.1', 'Unauthorized', 'Credentials are asked for. Browsers tell a page nothing but a close with 1006.'],
  [403, '4.2.2', 'Forbidden', 'Usually the Origin is not allowed.'],
  [
    426,
    '4.4',
    'Upgrade Required',
    'The server speaks another version; Sec-WebSocket-Version of the answer says which.',
  ],
];

const rfc6455 = (section: string): string => sectionUrl(`6455#${section}`);

const closes: readonly Entry[] = Object.entries(closeTexts).map(([code, text]) => ({
  names: [code],
  explanation: {
    kind: 'close',
    title: `${code} ${closeName(Number(code))}`,
    facts: 'close code',
    text,
    link: rfc6455('7.4.1'),
  },
}));

const opcodes: readonly Entry[] = Object.entries(opcodeTexts).map(([opcode, text]) => ({
  names: [opcodeName(Number(opcode)), `0x${Number(opcode).toString(16)}`],
  explanation: opcodeExplanation(Number(opcode), text),
}));

const violations: readonly Entry[] = catalogue.map(({ id, level, rfc, close, status, rule, more }) => ({
  names: [id],
  explanation: {
    kind: 'violation',
    title: id,
    facts: [level, rfc && sectionName(rfc), close && `close ${close}`, status && `HTTP ${status}`]
      .filter(Boolean)
      .join(', '),
    text: `${rule} ${more}`,
    link: rfc && sectionUrl(rfc),
  },
}));

const parts: readonly Entry[] = fields.map(([name, kind, section, text]) => ({
  names: [name],
  explanation: {
    kind,
    title: name,
    facts: kind === 'field' ? 'field of a frame' : 'header field',
    text,
    link: rfc6455(section),
  },
}));

const answers: readonly Entry[] = statuses.map(([status, section, name, text]) => ({
  names: [String(status)],
  explanation: { kind: 'status', title: `${status} ${name}`, facts: 'HTTP status', text, link: rfc6455(section) },
}));

const entries: readonly Entry[] = [...closes, ...opcodes, ...violations, ...parts, ...answers];

/** What there is, in groups. */
export const topics: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: 'Close codes', names: namesOf(closes) },
  { title: 'Opcodes', names: namesOf(opcodes) },
  { title: 'Violations', names: namesOf(violations) },
  { title: 'Fields of frames and heads', names: namesOf(parts) },
  { title: 'HTTP statuses', names: namesOf(answers) },
  { title: 'Extensions', names: ['permessage-deflate'] },
];

function namesOf(group: readonly Entry[]): readonly string[] {
  return group.flatMap(({ names }) => names);
}

/** What is known of a topic; nothing if it has no such name. */
export function explanationsOf(topic: string): readonly Explanation[] {
  const word = topic.trim().toLowerCase();
  const named = entries.filter(({ names }) => names.some((name) => name.toLowerCase() === word));
  if (named.length > 0) return named.map(({ explanation }) => explanation);
  return numberExplanation(word) ?? deflateOffer(topic.trim()) ?? [];
}

/** Numbers that have a meaning without a name of their own. */
function numberExplanation(word: string): readonly Explanation[] | undefined {
  if (/^0x[0-9a-f]$/.test(word) || (/^\d{1,2}$/.test(word) && Number(word) < 16)) {
    const opcode = Number(word);
    return [opcodeExplanation(opcode, opcodeTexts[opcode] ?? 'Reserved: no version of the protocol defines it.')];
  }
  if (!/^\d{1,5}$/.test(word) || Number(word) > 0xffff) return undefined;
  const code = Number(word);
  return [
    {
      kind: 'close',
      title: `${code} ${closeName(code)}`,
      facts: 'close code',
      text: rangeText(code),
      link: rfc6455('7.4.2'),
    },
  ];
}

function opcodeExplanation(opcode: number, text: string): Explanation {
  const name = opcodeName(opcode);
  const hex = `0x${opcode.toString(16)}`;
  return {
    kind: 'opcode',
    title: name === hex ? hex : `${hex} ${name}`,
    facts: opcode >= 8 ? 'opcode, control frame' : 'opcode, data frame',
    text,
    link: rfc6455('5.2'),
  };
}

/** RFC 6455 §7.4.2. */
function rangeText(code: number): string {
  if (code >= 4000 && code <= 4999) return 'For applications: what it means is between the two of them.';
  if (code >= 3000 && code <= 3999) return 'For libraries and frameworks, which register it with IANA.';
  if (code >= 1000 && code <= 2999)
    return 'For the protocol itself and extensions; this one is not assigned and may not be sent.';
  return 'Outside of the ranges of the protocol: it may not be sent.';
}
