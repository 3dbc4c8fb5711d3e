/** What is wrong with a stream, under the names of the catalogue of violations. */

import { type HandshakeError, Opcode, type ProtocolError } from '../index.js';

/** A rule that was broken, and where. */
export interface Violation {
  /** The stable name of the rule, as in `control-too-long`. */
  readonly id: string;
  /** The name that the codec gives it, as in `WS_ERR_INVALID_OPCODE`; `undefined` for what no receiver fails on. */
  readonly code: string | undefined;
  /** The position in the stream of the byte with which it became certain, the opening handshake included. */
  readonly at: number;
  /** Document and section that have the rule, as in `6455#5.5.1`. */
  readonly rfc: string;
  /** The status code that the receiver closes with, if it does. */
  readonly close: number | undefined;
  /** The HTTP status that a server answers with, for a fault in the opening handshake. */
  readonly status: number | undefined;
  /** A sentence without the position. */
  readonly text: string;
}

/** The kinds whose rule is not just called the same with dashes. */
const IDS: Readonly<Record<string, string>> = {
  reserved_bits: 'rsv-nonzero',
  reserved_opcode: 'opcode-reserved',
  unexpected_continuation: 'continuation-orphan',
  expected_continuation: 'message-interrupted',
  close_too_short: 'close-body-1',
  close_bad_code: 'close-code-forbidden',
  close_bad_reason: 'close-reason-utf8',
  mask_required: 'mask-missing',
  mask_forbidden: 'mask-present',
  non_minimal_length: 'length-nonminimal',
  frame_too_large: 'length-implausible',
  message_too_large: 'length-implausible',
  invalid_utf8: 'utf8-invalid',
};

const HANDSHAKE_IDS: Readonly<Record<string, string>> = {
  bad_method: 'hs-method-version',
  bad_http_version: 'hs-method-version',
  bad_host: 'hs-missing-host',
  bad_key: 'hs-key-invalid',
};

/** A violation of a frame, found by a connection whose first byte has the position `start` in the stream. */
export function frameViolation(error: ProtocolError, start: number, opcode: number): Violation {
  return {
    id: idOf(error.kind, opcode),
    code: error.code,
    at: start + error.offset,
    rfc: `6455#${error.section}`,
    close: error.closeCode,
    status: undefined,
    text: sentence(error),
  };
}

function idOf(kind: string, opcode: number): string {
  if (kind === 'rsv1_unexpected') return opcode === Opcode.Continuation ? 'rsv1-continuation' : 'rsv1-control';
  return IDS[kind] ?? kind.replaceAll('_', '-');
}

/** A violation of the opening handshake. */
export function handshakeViolation(error: HandshakeError, start: number): Violation {
  return {
    id: HANDSHAKE_IDS[error.kind] ?? error.kind.replace(/^(bad_)?/, 'hs-').replaceAll('_', '-'),
    code: error.code,
    at: start + error.offset,
    rfc: error.section.replace(/^RFC (\d+) §/, '$1#'),
    close: undefined,
    status: error.status,
    text: sentence(error),
  };
}

/** RFC 6455 §5.5.1: no data frame follows a Close. Receivers ignore it, so that no connection reports it. */
export function dataAfterClose(at: number): Violation {
  const text = 'a data frame after the Close of the same side';
  return { id: 'data-after-close', code: undefined, at, rfc: '6455#5.5.1', close: undefined, status: undefined, text };
}

/** The section as people write it: `RFC 6455 §5.5.1`. */
export function sectionName(rfc: string): string {
  return `RFC ${rfc.replace('#', ' §')}`;
}

/** A message without the position and section that errors carry in brackets. */
function sentence(error: Error): string {
  return error.message.replace(/ \([^()]*\)$/, '');
}
