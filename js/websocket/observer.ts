/** What a driver tells of its connection, and to whom. */

import type { HandshakeRequest, ServerHandshake } from 'sansocket';

/** How a connection ended. */
export interface Ending {
  /** The peer's status code: 1005 if its Close was empty, 1006 if there was none. */
  readonly code: number;
  readonly reason: string;
  /** Whether both Close frames went over the wire and nothing was lost. */
  readonly wasClean: boolean;
  /** Why the connection failed, if it did. */
  readonly error: Error | undefined;
}

/** What the opening handshake has led to. */
export interface Agreement {
  /** The subprotocol, `''` for none. */
  readonly protocol: string;
  /** The extensions, `''` for none. */
  readonly extensions: string;
  /** What the client asked for. Servers only. */
  readonly request: HandshakeRequest | undefined;
}

/** Who is told what happens on a connection, always in a task. */
export interface Observer {
  /** A request has arrived: accept or reject it, now or later, then call `decided` of the driver. Servers only. */
  request?(handshake: ServerHandshake): void;
  /** The connection is open. `agreed` is `undefined` if there was no handshake. */
  open(agreed: Agreement | undefined): void;
  /** A whole message. */
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /**
   * A Close has come, and the answers to what came before it are collected: whoever waits for one to be taken need not, or
   * the next would come too late. Where this is there, what was sent counts as taken.
   */
  collecting?(): void;
  /** The peer wants to close. What answers its messages can be sent until this is over. */
  closing(): void | Promise<void>;
  /**
   * The transport has taken messages that count so much. `inTurn`: whether the listeners of this task have returned already,
   * though not what they do after an `await`; else the caller's code may have sent them just now.
   */
  drained(count: number, inTurn: boolean): void;
  /** The transport was lost, though what has come before was not read yet: there may be messages still, then {@link closed}. */
  losing?(error: Error): void;
  /** It is over. Nothing follows. */
  closed(ending: Ending): void;
}
