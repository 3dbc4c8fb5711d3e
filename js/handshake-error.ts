/** What a {@link HandshakeError} says. */
export interface HandshakeErrorInit {
  readonly kind: string;
  readonly code: string;
  readonly section: string;
  readonly offset: number;
  readonly status: number | undefined;
}

/** A rule of the opening handshake, or a limit, that the peer broke. It is data, and is not thrown. */
export class HandshakeError extends Error implements HandshakeErrorInit {
  static {
    HandshakeError.prototype.name = 'HandshakeError';
  }

  /** What was broken: `bad_accept`, `unexpected_status`, `bad_origin` and so on. */
  readonly kind: string;
  /** The stable name: the kind in capitals behind `WS_ERR_`. */
  readonly code: string;
  /** The document and the section that have the rule, as in `"RFC 6455 §4.1"`. */
  readonly section: string;
  /**
   * The position of the byte with which the violation became certain, counted from 0 at the first byte received. If
   * the input ended too early, the number of bytes received.
   */
  readonly offset: number;
  /** The HTTP status with which a server answers it; `undefined` for what a client finds. */
  readonly status: number | undefined;

  constructor(message: string, init: HandshakeErrorInit) {
    super(message);
    this.kind = init.kind;
    this.code = init.code;
    this.section = init.section;
    this.offset = init.offset;
    this.status = init.status;
  }
}
