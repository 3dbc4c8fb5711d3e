/** What the engine tells of a capture: lines of JSON, version 1. Keys are added within a version, never taken away. */

import type { Level } from './catalogue.js';

/** Who sent something: the client to the server, or the server to the client. */
export type Direction = 'c2s' | 's2c';

/** A length; a string of digits beyond 2^53 − 1. */
export type Length = number | string;

/** Payload: text if it is UTF-8. With `cut` there was more. */
export interface Payload {
  readonly text?: string;
  readonly base64?: string;
  readonly hex?: string;
  readonly cut?: boolean;
  /** Ranges of inflated bytes that cannot be known. */
  readonly unknown?: readonly (readonly [from: number, to: number])[];
}

/** When something was seen; `null` where the source has no times. */
interface Timed {
  /** Seconds since the first packet. */
  readonly t: number | null;
  /** The same as a date (ISO 8601). */
  readonly time: string | null;
}

export interface CaptureRecord {
  readonly type: 'capture';
  readonly source: string | null;
  readonly kind: string;
  /** Whether the source has frames, or messages only. */
  readonly level: 'frame' | 'message';
}

export interface HandshakeRecord extends Timed {
  readonly type: 'handshake';
  readonly conn: number;
  readonly client: string | null;
  readonly server: string | null;
  readonly method: string | null;
  readonly uri: string | null;
  readonly host: string | null;
  readonly origin: string | null;
  readonly status: number | null;
  readonly key: string | null;
  readonly accept: string | null;
  readonly acceptOk: boolean | null;
  readonly subprotocol: string | null;
  readonly offered: { readonly protocols: readonly string[]; readonly extensions: string | null };
  readonly extensions: string | null;
  readonly pmd: { readonly c2s: number; readonly s2c: number; readonly takeover: readonly [boolean, boolean] } | null;
  readonly violations: readonly string[];
  /** The heads as they are, if the option `wire` asked for them. */
  readonly request?: string;
  readonly response?: string;
}

export interface FrameRecord extends Timed {
  readonly type: 'frame';
  readonly conn: number;
  readonly n: number;
  readonly msg: number | null;
  readonly dir: Direction;
  /** This and the other fields of a header are not there in a source of messages. */
  readonly fin?: boolean;
  readonly rsv?: readonly [number, number, number];
  readonly op: number;
  readonly opName: string;
  readonly masked?: boolean;
  readonly key?: string | null;
  readonly lenForm?: number;
  readonly hdrLen?: number;
  readonly len: Length;
  readonly captured?: number;
  readonly inflated: number | null;
  readonly off?: { readonly stream: number; readonly file: number | null; readonly packet: number | null };
  readonly close?: { readonly code: number; readonly name: string; readonly reason: string };
  readonly answers?: number;
  readonly rtt?: number | null;
  readonly payload?: Payload;
  readonly violations: readonly string[];
  readonly certainty: 'exact' | 'guessed';
  /** The whole frame in hex, if the option `wire` asked for it; not there if the frame is longer than `maxMessage`. */
  readonly wire?: string;
}

export interface MessageRecord extends Timed {
  readonly type: 'message';
  readonly conn: number;
  readonly msg: number;
  readonly dir: Direction;
  readonly op: number;
  readonly opName: string;
  readonly frames: readonly number[];
  readonly frameCount?: number;
  readonly wire: number;
  readonly len: Length;
  readonly inflated: number | null;
  readonly payload?: Payload;
  readonly certainty: 'exact' | 'guessed';
}

export interface ViolationRecord {
  readonly type: 'violation';
  readonly conn: number;
  /** The frame; `null` if it is about none. */
  readonly n: number | null;
  readonly dir: Direction;
  readonly id: string;
  readonly level: Level;
  /** The position in the stream of that direction. */
  readonly at: number;
  readonly payloadAt?: number;
  readonly inflatedAt?: number;
  readonly rfc: string | null;
  readonly close: number | null;
  readonly status: number | null;
  readonly text: string;
}

export interface GapRecord {
  readonly type: 'gap';
  readonly conn: number;
  readonly dir: Direction;
  readonly at: number;
  readonly bytes: number | null;
  readonly resyncedAt: number | null;
}

export interface CloseRecord {
  readonly type: 'close';
  readonly conn: number;
  readonly by: 'client' | 'server' | null;
  readonly code: number;
  readonly name: string;
  readonly reason: string;
  readonly clean: boolean;
  readonly answeredMs: number | null;
  readonly tcp: { readonly by: 'client' | 'server'; readonly how: 'fin' | 'reset' } | null;
}

export interface ErrorRecord {
  readonly type: 'error';
  readonly source: string | null;
  readonly packet: number | null;
  readonly offset: number | null;
  readonly conn: number | null;
  readonly text: string;
}

export interface SummaryRecord {
  readonly type: 'summary';
  readonly connections: number;
  readonly frames: number;
  readonly messages: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly bytes: number;
}

/** One line; each has `v` as well, which is 1. */
export type InspectRecord =
  | CaptureRecord
  | HandshakeRecord
  | FrameRecord
  | MessageRecord
  | ViolationRecord
  | GapRecord
  | CloseRecord
  | ErrorRecord
  | SummaryRecord;
