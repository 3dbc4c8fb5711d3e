import type { ClientHandshake, HandshakeError, HandshakeResponse, ServerHandshake } from 'sansocket';

/** The opening handshake failed by what the peer said. */
export class OpeningError extends Error {
  static {
    OpeningError.prototype.name = 'OpeningError';
  }

  /** The rule of the protocol that was broken; `undefined` if it is one of the platform's `WebSocket` alone. */
  declare readonly cause: HandshakeError | undefined;
  /** For a client, what the server answered: status, headers and what has arrived of the body. */
  readonly response: HandshakeResponse | undefined;

  constructor(message: string, response: HandshakeResponse | undefined, cause?: HandshakeError) {
    super(message, cause && { cause });
    this.response = response;
  }
}

/**
 * Why a handshake failed, if it did and everything that belongs to it is there. `isWhole`: whether no more of the answer will
 * come. `offered`: the subprotocols that a client offered.
 */
export function openingError(
  handshake: ClientHandshake | ServerHandshake,
  isWhole: boolean,
  offered: readonly string[],
): Error | undefined {
  const { error } = handshake;
  if (!('responseComplete' in handshake)) {
    if (error !== undefined) return new OpeningError(error.message, undefined, error);
    return handshake.state === 'closed' ? new Error('the request was refused by this server') : undefined;
  }
  if (error === undefined) {
    // RFC 6455 §4.1 leaves that to the client; WHATWG WebSockets §2.2 does not.
    if (handshake.state !== 'open' || offered.length === 0 || handshake.protocol !== '') return undefined;
    const message = `the server chose none of the subprotocols offered: ${offered.join(', ')}`;
    return new OpeningError(message, handshake.response);
  }
  const isStatus = error.kind === 'unexpected_status';
  // The body of a refusal may say more than its status. It is not looked at before it is whole: that would cost a copy each time.
  if (isStatus && !handshake.responseComplete && !isWhole) return undefined;
  const { response } = handshake;
  const isRefusal = isStatus && response !== undefined;
  const refusal = isRefusal ? `the server answered ${response.status} ${response.statusText}`.trimEnd() : error.message;
  return new OpeningError(refusal, response, error);
}
