/** The version of this package. */
export const version = '0.1.0';

/** What a frame is (RFC 6455 §5.2). 3–7 and 11–15 are reserved. */
export const Opcode = {
  /** The next part of the message that is open. */
  Continuation: 0,
  /** The first part of a text message. */
  Text: 1,
  /** The first part of a binary message. */
  Binary: 2,
  /** The closing handshake. */
  Close: 8,
  /** A request for a Pong. */
  Ping: 9,
  /** The answer to a Ping, or a sign of life. */
  Pong: 10,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/**
 * Status codes of a Close frame (RFC 6455 §7.4.1 and the IANA registry). 3000–3999 are registered with IANA by
 * libraries, 4000–4999 are free for applications.
 */
export const CloseCode = {
  /** The purpose of the connection was fulfilled. */
  Normal: 1000,
  /** The server goes down, or the page was left. */
  GoingAway: 1001,
  /** The peer broke the protocol. */
  ProtocolError: 1002,
  /** A type of data that this endpoint does not take. */
  UnsupportedData: 1003,
  /** The Close frame had no status code. Never on the wire. */
  NoStatus: 1005,
  /** The connection was lost without a Close frame. Never on the wire. */
  Abnormal: 1006,
  /** Data inconsistent with the type of the message, such as text that is not UTF-8. */
  InvalidData: 1007,
  /** A message violates a policy of this endpoint. */
  PolicyViolation: 1008,
  /** A message is too big to process. */
  TooBig: 1009,
  /** The server did not negotiate an extension that the client needs. */
  MissingExtension: 1010,
  /** The server met an unexpected condition. */
  InternalError: 1011,
  /** The service restarts. */
  ServiceRestart: 1012,
  /** The service is overloaded: try again later. */
  TryAgainLater: 1013,
  /** A gateway received an invalid response from upstream. */
  BadGateway: 1014,
  /** The TLS handshake failed. Never on the wire. */
  TlsFailed: 1015,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
