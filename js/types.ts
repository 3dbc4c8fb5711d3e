/// <reference lib="esnext.disposable" preserve="true" />

/** Anything that holds bytes. A view counts by its own range. */
export type Bytes = ArrayBufferView | ArrayBufferLike;

/** Which end of a connection this is: a client masks what it sends, a server must not (RFC 6455 §5.1). */
export type Role = 'client' | 'server';

/** How far a connection has come. A `Connection` starts `open`; a handshake is `connecting` until then. */
export type State = 'connecting' | 'open' | 'closing' | 'closed';

/** The kind of a message. */
export type MessageKind = 'text' | 'binary';

/**
 * Bounds on what the peer can make a connection hold or do. All are inclusive, in bytes or counts; `Infinity` spells
 * "no limit". Even then no more than 64 KiB is allocated because a frame declares it.
 */
export interface ConnectionLimits {
  /**
   * Payload bytes of one message over all its frames, after inflation. Default 1 MiB. Beyond it the connection fails with
   * 1009.
   */
  readonly maxMessageSize?: number | undefined;
  /** Payload bytes of one data frame. Default: {@link maxMessageSize} decides. Beyond it: 1009. */
  readonly maxFrameSize?: number | undefined;
  /** Data frames of one message, empty ones included. Default 4096. Beyond it: 1008. */
  readonly maxFragments?: number | undefined;
  /** Control frames between two calls of `dataToSend`. Default `Infinity`. Beyond it: 1008. */
  readonly maxControlFrames?: number | undefined;
  /**
   * Bytes of Pongs between two calls of `dataToSend`. Default 8 KiB. Once there would be more, the latest Ping is answered instead
   * of all that were not answered yet, which RFC 6455 §5.5.3 allows.
   */
  readonly maxPendingPongBytes?: number | undefined;
  /**
   * Bytes of frames that wait for `dataToSend`. Default 64 MiB. A send beyond it throws `buffer_full`: a frame is counted before
   * it is made, with a header of 14 bytes, and with its payload as it was given, uncompressed.
   */
  readonly maxBufferedBytes?: number | undefined;
}

/** Choices for one connection. */
export interface ConnectionOptions extends ConnectionLimits {
  /** Which end this is. */
  readonly role: Role;
  /**
   * How data messages are handed out: whole as `text` and `binary` events (the default), each frame by itself as
   * `fragment` events, or as `payload` events with the bytes inside a frame as they arrive, in constant memory.
   */
  readonly deliver?: 'messages' | 'fragments' | 'payload' | undefined;
  /** permessage-deflate as it was agreed in the opening handshake, `true` for its defaults. Default: it was not. */
  readonly perMessageDeflate?: boolean | import('./deflate.js').PerMessageDeflateOptions | undefined;
  /** Whether each frame header is reported by a `frame` event, before anything else of the frame. Default false. */
  readonly frames?: boolean | undefined;
}

/** The fields of a frame header (RFC 6455 §5.2). */
export interface FrameHeader {
  /** Whether this is the last frame of its message. */
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  /** 0–15; see `Opcode`. */
  readonly opcode: number;
  readonly masked: boolean;
  /** The four bytes of the masking key, if the frame is masked. */
  readonly maskingKey: Uint8Array<ArrayBuffer> | undefined;
  /** Bytes of payload. */
  readonly payloadLength: number;
  /** The position of the first byte of the header in the stream. */
  readonly offset: number;
  /** Bytes of the header: 2–14. */
  readonly headerLength: number;
  /** The number of frames before it. */
  readonly index: number;
}

/** A whole frame. */
export interface Frame extends FrameHeader {
  /** The payload, unmasked, a copy of its own. */
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** A frame to encode. Every {@link Frame} is one, and encodes to the very bytes it came from. */
export interface FrameInit {
  /** 0–15; see `Opcode`. */
  readonly opcode: number;
  /** Text is encoded as UTF-8. Default empty. */
  readonly payload?: string | Bytes | undefined;
  /** Default true. */
  readonly fin?: boolean | undefined;
  readonly rsv1?: boolean | undefined;
  readonly rsv2?: boolean | undefined;
  readonly rsv3?: boolean | undefined;
  /** Whether to mask. Default: whether there is a {@link maskingKey}. */
  readonly masked?: boolean | undefined;
  /** Four bytes. Default, for a masked frame: fresh random ones. */
  readonly maskingKey?: Uint8Array | undefined;
  /** Bytes of the header, to write the length in a longer form than needed. Default: the shortest. */
  readonly headerLength?: number | undefined;
}

/** A part of a message. The parts of a text may be cut inside a code point; together they are valid UTF-8. */
export interface PartEvent {
  /** The kind of the message. */
  readonly kind: MessageKind;
  /** The bytes, yours to keep. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Whether the message begins here. */
  readonly first: boolean;
  /** Whether the message ends here. */
  readonly last: boolean;
  /** Whether the bytes are still compressed, as `perMessageDeflate: { passthrough: true }` leaves them. */
  readonly compressed: boolean;
}

/** A text message. */
export interface TextEvent {
  readonly type: 'text';
  readonly data: string;
}
/** A binary message. Small arrays of one chunk share one `ArrayBuffer`: mind it when transferring. */
export interface BinaryEvent {
  readonly type: 'binary';
  readonly data: Uint8Array<ArrayBuffer>;
}
/** A message as it was compressed, with `perMessageDeflate: { passthrough: true }`. */
export interface CompressedEvent {
  readonly type: 'compressed';
  /** The kind of the message. */
  readonly kind: MessageKind;
  /** The payload, still compressed. */
  readonly data: Uint8Array<ArrayBuffer>;
}
/** A data frame, with `deliver: 'fragments'`. */
export interface FragmentEvent extends PartEvent {
  readonly type: 'fragment';
}
/** Payload as it arrives, with `deliver: 'payload'`. */
export interface PayloadEvent extends PartEvent {
  readonly type: 'payload';
}
/** A Ping. Its Pong is queued already, unless our Close was sent before. */
export interface PingEvent {
  readonly type: 'ping';
  readonly data: Uint8Array<ArrayBuffer>;
}
/** A Pong. */
export interface PongEvent {
  readonly type: 'pong';
  readonly data: Uint8Array<ArrayBuffer>;
}
/** The peer's Close. The answer is queued already, unless our Close was sent before; whatever the peer sends after it is discarded. */
export interface CloseEvent {
  readonly type: 'close';
  /** The status code, 1005 if the frame was empty. */
  readonly code: number;
  /** The reason, empty if there was none. */
  readonly reason: string;
}
/** A frame header, with `frames: true`. */
export interface FrameEvent extends FrameHeader {
  readonly type: 'frame';
}
/** The peer broke the protocol. A Close is queued already, unless one was sent or the transport had ended; no event follows. */
export interface ErrorEvent {
  readonly type: 'error';
  readonly error: import('./errors.js').ProtocolError;
}
/** The peer ended its side after the closing handshake. No event follows. */
export interface EndEvent {
  readonly type: 'end';
}

/** One thing that happened on a connection, in the order of the wire. */
export type ConnectionEvent =
  | TextEvent
  | BinaryEvent
  | CompressedEvent
  | FragmentEvent
  | PayloadEvent
  | PingEvent
  | PongEvent
  | CloseEvent
  | FrameEvent
  | ErrorEvent
  | EndEvent;
