/** What the core refuses, as the errors that callers get. */

import { rangeError, typeError, UsageError } from '../errors.js';
import { type Codec, Refusal } from './codec.js';
import { FieldReader } from './fields.js';

/** The error for a call that answered `refusal`. */
export function refusalError(refusal: number): Error {
  switch (refusal) {
    case Refusal.InvalidCloseCode:
      return rangeError('invalid_close_code', '"code" expected 1000-1003, 1007-1014 or 3000-4999');
    case Refusal.ReasonTooLong:
      return rangeError('reason_too_long', '"reason" expected at most 123 bytes of UTF-8');
    case Refusal.ControlTooLong:
      return rangeError('control_too_long', '"data" expected at most 125 bytes');
    case Refusal.ReservedHeader:
      return typeError(
        'reserved_header',
        '"headers" expected no field that belongs to the handshake or to HTTP framing',
      );
    case Refusal.InvalidUtf8:
      return typeError('invalid_argument', '"data" expected UTF-8 in a text message');
    case Refusal.NotOpen:
      return new UsageError('not_open', 'nothing can be sent after a Close or a failure');
    case Refusal.FragmentOrder:
      return new UsageError('fragment_order', 'a fragmented message must be continued until its end, and only then');
    case Refusal.BufferFull:
      return new UsageError(
        'buffer_full',
        'the output holds "maxBufferedBytes": write dataToSend() to the transport first',
      );
    case Refusal.NoRandomness:
      return new UsageError('no_randomness', 'no source of randomness');
    case Refusal.OutOfMemory:
      return new UsageError('out_of_memory', 'no memory');
    case Refusal.BadHandle:
      return new UsageError('use_after_free', 'the object was freed');
    default:
      // All others are checked before they reach the core.
      return typeError('invalid_argument', '"perMessageDeflate" expected to be agreed for a compressed message');
  }
}

/** The error for an argument that the core has named, with what it expects of it. */
export function argumentError(codec: Codec): TypeError {
  const fields = new FieldReader(codec.takeOutput());
  const name = fields.text();
  const expected = fields.text();
  return typeError('invalid_argument', `"${name}" expected ${expected}`);
}
