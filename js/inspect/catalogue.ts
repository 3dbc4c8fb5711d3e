/**
 * The catalogue of violations: what each id stands for, in words. Ids are stable and never reused. The engine decides; this
 * explains, for `sansocket explain`, SARIF, the page and the manual.
 */

export type Level = 'error' | 'warn' | 'note';

export interface Rule {
  readonly id: string;
  /**
   * `error`: a MUST was broken. `warn`: suspicious, a limit of policy, or not provable from the capture. `note`: legal but
   * worth seeing, or how something was come by.
   */
  readonly level: Level;
  /** Document and section, as in `6455#5.5.1`; `undefined` for what no document rules. */
  readonly rfc: string | undefined;
  /** The status code with which a strict endpoint closes, if it does. */
  readonly close: number | undefined;
  /** The HTTP status with which a strict server answers a request. */
  readonly status: number | undefined;
  /** The rule, in a sentence. */
  readonly rule: string;
  /** Why it matters and where it comes from. */
  readonly more: string;
}

type Row = readonly [
  id: string,
  level: Level,
  rfc: string | undefined,
  answer: number | undefined,
  rule: string,
  more: string,
];

/** Answers that are statuses of HTTP; all others are codes of a Close. */
const HTTP = new Set([400, 426]);

const ROWS: readonly Row[] = [
  // The opening handshake
  [
    'hs-method-version',
    'error',
    '6455#4.1',
    400,
    'The request is a GET of HTTP/1.1 or later.',
    'A POST, or HTTP/1.0 as some old proxies speak it, cannot be upgraded.',
  ],
  [
    'hs-missing-host',
    'error',
    '6455#4.2.1',
    400,
    'The request has a Host field.',
    'It names the server that is meant, and is part of what protects against requests sent across sites.',
  ],
  [
    'hs-upgrade',
    'error',
    '6455#4.2.1',
    400,
    'Upgrade names websocket, in request and answer.',
    'A reverse proxy that does not pass Upgrade on is the usual cause: it is a hop-by-hop field.',
  ],
  [
    'hs-connection',
    'error',
    '6455#4.2.1',
    400,
    'Connection has the token Upgrade, in request and answer.',
    'A reverse proxy that sets "Connection: close" or "keep-alive" by itself is the usual cause.',
  ],
  [
    'hs-key-invalid',
    'error',
    '6455#4.1',
    400,
    'Sec-WebSocket-Key is the base64 of 16 bytes.',
    'A key has 24 characters and ends in "==". It is a nonce, not a secret.',
  ],
  [
    'hs-version',
    'error',
    '6455#4.4',
    426,
    'Sec-WebSocket-Version is 13.',
    'Other numbers were drafts. A server answers 426 with the version that it speaks (§4.4).',
  ],
  [
    'hs-accept-mismatch',
    'error',
    '6455#4.2.2',
    undefined,
    'Sec-WebSocket-Accept is the base64 of the SHA-1 of the key and a fixed GUID.',
    'It shows that the server understood the request as one for WebSocket; a cache that answers from memory is found out by it. "sansocket handshake KEY" shows the steps.',
  ],
  [
    'hs-extension-unoffered',
    'error',
    '6455#4.1',
    undefined,
    'The answer has no extension that was not offered.',
    'A server, or a proxy on the way, added Sec-WebSocket-Extensions by itself.',
  ],
  [
    'hs-subprotocol-unoffered',
    'error',
    '6455#4.1',
    undefined,
    'The answer has no subprotocol that was not offered.',
    'The server may choose one of the offered ones, or none by leaving the field out.',
  ],
  [
    'hs-pmd-params',
    'error',
    '7692#7.1',
    undefined,
    'The parameters of permessage-deflate are known, unique and in their range.',
    'Window bits are 8 to 15; client_max_window_bits is answered only where it was offered.',
  ],
  // Frames
  [
    'mask-missing',
    'error',
    '6455#5.1',
    1002,
    'Frames of a client are masked.',
    'Without a mask a page could make bytes appear on the wire that an old proxy takes for a request of its own.',
  ],
  [
    'mask-present',
    'error',
    '6455#5.1',
    1002,
    'Frames of a server are not masked.',
    'Often both directions were mixed up, or a client library was used to write a server.',
  ],
  [
    'mask-key-weak',
    'warn',
    '6455#5.3',
    undefined,
    'Masking keys are fresh and unpredictable.',
    'The key is zero, or the same as that of the frame before: the mask then protects nothing (§10.3).',
  ],
  [
    'rsv-nonzero',
    'error',
    '6455#5.2',
    1002,
    'Reserved bits are 0 unless an extension defines them.',
    'RSV1 means compressed once permessage-deflate was agreed; without it, one side compresses and the other does not know.',
  ],
  [
    'opcode-reserved',
    'error',
    '6455#5.2',
    1002,
    'Opcodes 0x3 to 0x7 and 0xB to 0xF are reserved.',
    'Nearly always the reader lost its place, so that payload is read as a header.',
  ],
  [
    'length-nonminimal',
    'error',
    '6455#5.2',
    1002,
    'The payload length is in its shortest form.',
    'Up to 125 bytes in 7 bits, up to 65535 in 16, and only beyond in 64.',
  ],
  [
    'length-msb',
    'error',
    '6455#5.2',
    1002,
    'The top bit of a 64-bit length is 0.',
    'So that a length fits a signed number everywhere. Often the bytes are in the wrong order, or the reader lost its place.',
  ],
  [
    'length-implausible',
    'warn',
    undefined,
    1009,
    'A frame declares what the capture or a limit can hold.',
    'The header may be payload that is misread; if it is right, the receiver would run out of memory or patience.',
  ],
  [
    'control-too-long',
    'error',
    '6455#5.5',
    1002,
    'Close, Ping and Pong have a payload of at most 125 bytes.',
    'Of a Close, two bytes are the status code: 123 are left for the reason.',
  ],
  [
    'control-fragmented',
    'error',
    '6455#5.5',
    1002,
    'Close, Ping and Pong have FIN set.',
    'They are single frames, and may stand between the frames of a message.',
  ],
  [
    'continuation-orphan',
    'error',
    '6455#5.4',
    1002,
    'A continuation follows a message that is open.',
    'No text or binary frame without FIN came before it, or that message had ended.',
  ],
  [
    'message-interrupted',
    'error',
    '6455#5.4',
    1002,
    'A message ends before the next begins.',
    'Between its frames only control frames may come. Two writers on one connection without a lock do this.',
  ],
  [
    'fragment-empty',
    'note',
    '6455#5.4',
    undefined,
    'A fragment has payload.',
    'Empty fragments are legal; many of them cost a receiver work without a byte of message.',
  ],
  [
    'rsv1-control',
    'error',
    '7692#6',
    1002,
    'Control frames are not compressed.',
    'RSV1 has no meaning on a Close, Ping or Pong.',
  ],
  [
    'rsv1-continuation',
    'error',
    '7692#6',
    1002,
    'RSV1 is only on the first frame of a message.',
    'The message is compressed as a whole; its other frames have RSV1 clear.',
  ],
  [
    'utf8-invalid',
    'error',
    '6455#8.1',
    1007,
    'A text message is UTF-8 as a whole.',
    'A character may be split over frames, but not wrong. Often bytes in another encoding, or binary sent as text.',
  ],
  // Closing
  [
    'close-body-1',
    'error',
    '6455#5.5.1',
    1002,
    'The body of a Close is empty, or begins with a status code of two bytes.',
    'One byte is neither.',
  ],
  [
    'close-code-forbidden',
    'error',
    '6455#7.4',
    1002,
    'A Close has a status code that may be sent.',
    '1005, 1006 and 1015 only tell an application what happened; below 1000, 1004, 1016 to 2999 and from 5000 on nothing is defined.',
  ],
  [
    'close-reason-utf8',
    'error',
    '6455#5.5.1',
    1007,
    'The reason of a Close is UTF-8.',
    'Reasons that are cut to 123 bytes must be cut between characters.',
  ],
  [
    'data-after-close',
    'error',
    '6455#5.5.1',
    undefined,
    'After its Close a side sends no data.',
    'Receivers ignore it, so whatever it said is lost.',
  ],
  [
    'close-unanswered',
    'warn',
    '6455#5.5.1',
    undefined,
    'A Close is answered by a Close.',
    'The other side ended, crashed or was killed; or the capture ends too early.',
  ],
  [
    'no-close-frame',
    'warn',
    '6455#7.1.5',
    undefined,
    'A connection ends with a Close.',
    'TCP ended without one: the application sees code 1006. Proxies with an idle time limit do this.',
  ],
  // Keeping alive
  [
    'ping-unanswered',
    'warn',
    '6455#5.5.2',
    undefined,
    'A Ping is answered by a Pong.',
    'Only the latest of several has to be. The peer is busy, gone, or does not implement Pong.',
  ],
  [
    'pong-mismatch',
    'warn',
    '6455#5.5.3',
    undefined,
    'A Pong has the payload of the Ping that it answers.',
    'Pings are open, but none with this payload.',
  ],
  [
    'pong-unsolicited',
    'note',
    '6455#5.5.3',
    undefined,
    'A Pong answers a Ping.',
    'Without one it is a heartbeat in one direction, which is legal.',
  ],
  // Compression
  [
    'inflate-error',
    'error',
    '7692#7.2.2',
    1007,
    'A compressed message is valid DEFLATE.',
    'Often a message was left out or compressed twice: with context takeover every message needs those before it.',
  ],
  [
    'inflate-window-exceeded',
    'error',
    '7692#7.1.2',
    1007,
    'Nothing refers back beyond the agreed window.',
    'The sender compresses with a larger window than it agreed to; zlib says "invalid distance too far back".',
  ],
  [
    'inflate-tail-kept',
    'note',
    '7692#7.2.1',
    undefined,
    'The last four bytes 00 00 ff ff are left out.',
    'They are added again by the receiver; keeping them is legal and costs four bytes per message.',
  ],
  [
    'inflate-ratio',
    'warn',
    undefined,
    1009,
    'A message inflates to a sensible multiple of its size.',
    'More than 100:1 and more than 1 MiB: a receiver without a limit can be made to run out of memory.',
  ],
  // How something was come by
  [
    'truncated',
    'warn',
    undefined,
    undefined,
    'The capture holds whole frames and messages.',
    'It ends inside of one: it was stopped, or cut by a snap length (tcpdump -s 0 takes all).',
  ],
  [
    'tcp-gap',
    'warn',
    undefined,
    undefined,
    'The capture holds every byte of the stream.',
    'Segments are missing: the capturing machine was too slow. Frames behind the gap are found by scanning.',
  ],
  [
    'tcp-overlap',
    'note',
    undefined,
    undefined,
    'Segments that overlap agree.',
    'Two copies of the same bytes differ; the first is used. A middlebox rewrote one of them, or somebody tries to hide.',
  ],
  [
    'resynced',
    'warn',
    undefined,
    undefined,
    'Frames follow one another from the handshake on.',
    'This one was found by scanning for plausible headers, and may be wrong.',
  ],
  [
    'guessed-direction',
    'note',
    undefined,
    undefined,
    'The capture tells who sent it.',
    'It was inferred from the first mask bit; --side says it for certain.',
  ],
  [
    'guessed-extension',
    'note',
    undefined,
    undefined,
    'The capture holds the negotiation of extensions.',
    'The handshake was not captured; compression was inferred from RSV1. --deflate says it for certain.',
  ],
];

/** Every rule, in the order of the manual. */
export const catalogue: readonly Rule[] = ROWS.map(([id, level, rfc, answer = 0, rule, more]) => {
  return {
    id,
    level,
    rfc,
    close: answer >= 1000 ? answer : undefined,
    status: HTTP.has(answer) ? answer : undefined,
    rule,
    more,
  };
});

/** The rule with this id. */
export function ruleOf(id: string): Rule | undefined {
  return catalogue.find((rule) => rule.id === id);
}

/** The section as people write it: `RFC 6455 §5.5.1`. */
export function sectionName(rfc: string): string {
  return `RFC ${rfc.replace('#', ' §')}`;
}

/** Where the section can be read. */
export function sectionUrl(rfc: string): string {
  const [document = '', section = ''] = rfc.split('#');
  return `https://www.rfc-editor.org/rfc/rfc${document}#section-${section}`;
}
