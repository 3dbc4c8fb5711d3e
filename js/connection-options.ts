/** What callers choose about a connection, checked, as the codec takes it. */

import { booleanOf, describe, limitOf, objectOf, oneOf } from './arguments.js';
import { deflateSettings } from './deflate.js';
import { rangeError, typeError } from './errors.js';
import type { ConnectionOptions } from './types.js';

const ROLES = ['client', 'server'] as const;
const DELIVER = ['messages', 'fragments', 'payload'] as const;

/** Options of a message that is sent. */
export interface SendOptions {
  /** Whether the message ends here; if not, `sendContinuation` goes on. Default true. */
  readonly fin?: boolean | undefined;
  /**
   * Whether to compress the message, if permessage-deflate was agreed. Leave out what is compressed already, and secrets
   * that would share a window with what a stranger chooses (RFC 7692 §8). Default true.
   */
  readonly compress?: boolean | undefined;
}

/** Options of a binary message that is sent. */
export interface SendBinaryOptions extends SendOptions {
  /**
   * Whether the bytes are copied at once. With `false` a server without compression may hand out the caller's own memory as
   * output, which then must not change until it was written. Default true.
   */
  readonly copy?: boolean | undefined;
  /**
   * Whether the array and its memory are given away: a client without compression masks large data in it and hands it out as
   * output, instead of a copy, and so does a server without masking it. Nobody else must read or write it any more. Default false.
   */
  readonly owned?: boolean | undefined;
}

/** Options of a part of a message that is not the first. */
export type SendContinuationOptions = Pick<SendBinaryOptions, 'fin' | 'copy' | 'owned'>;

/** How the messages in what is received are handed out. */
export interface CommitOptions {
  /**
   * Whether the data of binary messages, and of parts of messages, may be views of the memory of the module, instead of copies.
   * Such a view holds until the next call of anything in this package, and that is also how long the events of one call should
   * be looked at: copy what is to be kept, and answer when you have seen them all. Default false.
   */
  readonly transient?: boolean | undefined;
}

/** How input is taken. */
export interface InputOptions extends CommitOptions {
  /**
   * Whether the array and its memory are given away: large binary messages are unmasked in it and handed out as parts of it,
   * instead of copies. Nobody else must read or write it any more. Default false.
   */
  readonly owned?: boolean | undefined;
}

/** How output is handed out. */
export interface OutputOptions {
  /**
   * Whether small arrays may share an `ArrayBuffer` with the output of other connections, as Node's `Buffer`s do. It is
   * faster; such arrays must not be transferred or cloned, which would take the others along. Default false.
   */
  readonly pooled?: boolean | undefined;
}

/** The options of a connection as the codec takes them. `name` is what they are called in errors. */
export function connectionSettings(name: string, options: ConnectionOptions): number[] {
  const given = objectOf(name, options);
  return [
    ROLES.indexOf(oneOf(`${name}.role`, given.role, ROLES)),
    DELIVER.indexOf(oneOf(`${name}.deliver`, given.deliver, DELIVER, 'messages')),
    Number(booleanOf(`${name}.frames`, given.frames, false)),
    limitOf(`${name}.maxMessageSize`, given.maxMessageSize, 1 << 20),
    limitOf(`${name}.maxFrameSize`, given.maxFrameSize, Number.MAX_SAFE_INTEGER),
    limitOf(`${name}.maxFragments`, given.maxFragments, 4096),
    limitOf(`${name}.maxControlFrames`, given.maxControlFrames, Number.MAX_SAFE_INTEGER),
    Math.min(limitOf(`${name}.maxPendingPongBytes`, given.maxPendingPongBytes, 8 << 10), 0xffff_ffff),
    limitOf(`${name}.maxBufferedBytes`, given.maxBufferedBytes, 64 << 20),
    ...deflateSettings(`${name}.perMessageDeflate`, given.perMessageDeflate),
  ];
}

/** Where some of the settings are among them. */
export const ROLE = 0;
export const MAX_BUFFERED_BYTES = 8;
export const PACKED_DEFLATE = 9;

/** A close code that fits the wire; the core decides which of these may be sent. */
export function checkedCode(code: number): number {
  if (typeof code !== 'number') throw typeError('invalid_close_code', `"code" expected number, got ${describe(code)}`);
  if (!Number.isInteger(code) || code < 1000 || code > 4999) {
    throw rangeError('invalid_close_code', `"code" expected 1000-1003, 1007-1014 or 3000-4999, got ${code}`);
  }
  return code;
}

/** A whole message, compressed if that was agreed. */
export const WHOLE = [1, 1] as const;

/** Whether a message ends with what is sent, and whether to compress it. */
export function flagsOf(options: SendOptions | undefined): readonly [fin: number, compress: number] {
  if (options === undefined) return WHOLE;
  const { fin, compress } = objectOf('options', options);
  return [Number(booleanOf('options.fin', fin, true)), Number(booleanOf('options.compress', compress, true))];
}

/** Whose the bytes of a message are while they wait. */
export const Use = {
  /** They are copied. */
  Copied: 0,
  /** Nobody changes them. */
  Lent: 1,
  /** Nobody else needs them. */
  Owned: 2,
} as const;
export type Use = (typeof Use)[keyof typeof Use];

/** How binary data may be used. */
export function useOf(options: SendBinaryOptions | undefined): Use {
  const copied = booleanOf('options.copy', options?.copy, true);
  if (booleanOf('options.owned', options?.owned, false)) return Use.Owned;
  return copied ? Use.Copied : Use.Lent;
}

/** Nothing is given away, and nothing is a view. */
const COPIES = { owned: false, transient: false };

/** How what is received is taken and handed out. */
export function inputFlags(options: InputOptions | undefined): {
  readonly owned: boolean;
  readonly transient: boolean;
} {
  if (options === undefined) return COPIES;
  const { owned, transient } = objectOf('options', options);
  return {
    owned: booleanOf('options.owned', owned, false),
    transient: booleanOf('options.transient', transient, false),
  };
}
