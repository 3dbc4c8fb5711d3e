/** Counts of a capture, as the engine gives them. */

import type { CloseRecord, HandshakeRecord } from './records.js';

/** What one side of a connection has sent. */
export interface SentStats {
  readonly frames: number;
  readonly messages: number;
  /** Frames of messages in more than one frame. */
  readonly fragments: number;
  /** Bytes of frames, headers included. */
  readonly wire: number;
  /** Bytes of payload. */
  readonly payload: number;
  /** Bytes of the compressed messages among it, and what they inflated to. */
  readonly compressed: number;
  readonly inflated: number;
  /** Frames by the name of their opcode. */
  readonly ops: Readonly<Record<string, number>>;
}

interface When {
  readonly t: number | null;
  readonly time: string | null;
}

export interface ConnectionStats {
  readonly conn: number;
  readonly first: When;
  readonly last: When;
  readonly handshake: Omit<HandshakeRecord, 'type' | 'conn' | 't' | 'time'> | null;
  readonly c2s: SentStats;
  readonly s2c: SentStats;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly gaps: number;
  /** Round trips of Pings, in milliseconds. */
  readonly rtt: {
    readonly count: number;
    readonly min: number;
    readonly median: number;
    readonly p95: number;
    readonly max: number;
  } | null;
  readonly close: Omit<CloseRecord, 'type' | 'conn'> | null;
}

export interface CaptureStats {
  readonly connections: number;
  readonly frames: number;
  readonly messages: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  /** Parts that could not be read. */
  readonly troubles: number;
  readonly packets: number;
  readonly bytes: number;
  /** Whether its end could not be read: it is cut there, or damaged so that nothing behind is read. */
  readonly cut: boolean;
  /** When the first packet was seen (ISO 8601), if the source has times. */
  readonly start: string | null;
  readonly seconds: number | null;
  /** Findings by the id of their rule. */
  readonly rules: Readonly<Record<string, number>>;
  readonly conns: readonly ConnectionStats[];
}
