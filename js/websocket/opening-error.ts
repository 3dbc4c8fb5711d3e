import type { ClientHandshake, HandshakeError, HandshakeResponse, ServerHandshake } from 'sansocket';

/** The opening handshake failed by what the peer said. */
export class OpeningError extends Error {
  static {
    OpeningError.prototype.name = 'OpeningError';
  }

  /** The rule that was broken. */
  declare readonly cause: HandshakeError;
  /** For a client, what the server answered: status, headers and what has arrived of the body. */
  readonly response: HandshakeResponse | undefined;

  constructor(cause: HandshakeError, response: HandshakeResponse | undefined) {
    const refusal = cause.kind === 'unexpected_status' && response !== undefined;
    super(refusal ? `the server answered ${response.status} ${response.statusText}`.trimEnd() : cause.message, {
      cause,
    });
    this.response = response;
  }
}

/** Why a handshake failed, if it did and everything that belongs to it is there. */
export function openingError(handshake: ClientHandshake | ServerHandshake, inputEnded: boolean): Error | undefined {
  const { error } = handshake;
  if (error === undefined) {
    return handshake.state === 'closed' ? new Error('the request was refused by this server') : undefined;
  }
  if (!('responseComplete' in handshake)) return new OpeningError(error, undefined);
  // The body of a refusal may say more than its status.
  if (error.kind === 'unexpected_status' && !handshake.responseComplete && !inputEnded) return undefined;
  return new OpeningError(error, handshake.response);
}
