/**
 * Stable names of what a peer can do wrong after the opening handshake. They are those of the npm package ws where it
 * has one.
 */
export type ProtocolErrorCode =
  | 'WS_ERR_CONTROL_FLOOD'
  | 'WS_ERR_DEFLATE_INVALID'
  | 'WS_ERR_DEFLATE_TRUNCATED'
  | 'WS_ERR_EXPECTED_FIN'
  | 'WS_ERR_EXPECTED_MASK'
  | 'WS_ERR_INVALID_CLOSE_CODE'
  | 'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH'
  | 'WS_ERR_INVALID_OPCODE'
  | 'WS_ERR_INVALID_UTF8'
  | 'WS_ERR_LENGTH_MSB'
  | 'WS_ERR_NON_MINIMAL_LENGTH'
  | 'WS_ERR_OUT_OF_MEMORY'
  | 'WS_ERR_TOO_MANY_BUFFERED_PARTS'
  | 'WS_ERR_UNEXPECTED_EOF'
  | 'WS_ERR_UNEXPECTED_MASK'
  | 'WS_ERR_UNEXPECTED_RSV_1'
  | 'WS_ERR_UNEXPECTED_RSV_2_3'
  | 'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH'
  | 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

/** What a {@link ProtocolError} says. */
export interface ProtocolErrorInit {
  readonly kind: string;
  readonly code: ProtocolErrorCode;
  readonly closeCode: number;
  readonly section: string;
  readonly offset: number;
  readonly frameIndex: number;
}

/** A rule of the protocol, or a limit, that the peer broke. It arrives as an `error` event and is not thrown. */
export class ProtocolError extends Error implements ProtocolErrorInit {
  static {
    ProtocolError.prototype.name = 'ProtocolError';
  }

  /** What was broken, finer than {@link code}: `reserved_opcode`, `expected_continuation` and so on. */
  readonly kind: string;
  /** The stable name. */
  readonly code: ProtocolErrorCode;
  /** The status code that goes to the peer; 1006, which is never sent, if there is no peer any more. */
  readonly closeCode: number;
  /** The section that has the rule, as in `"5.5.1"`: of RFC 6455, and of RFC 7692 if {@link code} begins with `WS_ERR_DEFLATE`. */
  readonly section: string;
  /**
   * The position of the byte with which the violation was decided, counted from 0 at the first byte after the opening
   * handshake; the first two bytes of a header are decided together, with the second. It does not depend on how the input was cut
   * into chunks. If the input ended too early, the number of bytes received.
   */
  readonly offset: number;
  /** The frame it is in, counted from 0. */
  readonly frameIndex: number;

  constructor(message: string, init: ProtocolErrorInit) {
    super(message);
    this.kind = init.kind;
    this.code = init.code;
    this.closeCode = init.closeCode;
    this.section = init.section;
    this.offset = init.offset;
    this.frameIndex = init.frameIndex;
  }
}

/** Why a call could not be carried out although its arguments are fine. */
export type UsageErrorCode =
  /** The output holds as much as it may: write it to the transport first. */
  | 'buffer_full'
  /** A Content Security Policy forbids WebAssembly. */
  | 'csp_blocked'
  /** A fragmented message must be continued until its end, and only then. */
  | 'fragment_order'
  /** The WebAssembly instance has crashed; objects made from now on use a new one. */
  | 'instance_dead'
  /** `init` of `sansocket/slim` was not awaited. */
  | 'not_initialized'
  /** A Close was sent, or the connection failed or ended. */
  | 'not_open'
  /** There is no `crypto.getRandomValues`, or it failed. */
  | 'no_randomness'
  /** There is no memory. */
  | 'out_of_memory'
  /** The JavaScript engine has no WebAssembly, or none with SIMD. */
  | 'unsupported_engine'
  /** The object was freed. */
  | 'use_after_free';

/** A call that could not be carried out. Nothing was written and no state has changed. */
export class UsageError extends Error {
  static {
    UsageError.prototype.name = 'UsageError';
  }

  /** The stable name. */
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A `TypeError` for an argument of the wrong type, with a `code` as every error of this package. */
export function typeError(code: string, message: string): TypeError {
  return Object.assign(new TypeError(message), { code });
}

/** A `RangeError` for an argument out of bounds, with a `code` as every error of this package. */
export function rangeError(code: string, message: string): RangeError {
  return Object.assign(new RangeError(message), { code });
}
