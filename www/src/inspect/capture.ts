/** A capture that is open: what the view asks, and what it is told. Frames have numbers from 1. */

import type { Finding, Level } from '../frame/finding.js';
import type { Heads } from './engine/protocol.js';

export type { Heads };

export type Direction = 'c2s' | 's2c';

/** What a row of the list shows. */
export interface FrameRow {
  readonly n: number;
  readonly conn: number;
  /** The message within its connection; `null` for control frames. */
  readonly msg: number | null;
  readonly dir: Direction | null;
  /** Seconds since the first packet; `null` where the source has no times. */
  readonly t: number | null;
  readonly fin: boolean | null;
  readonly rsv: readonly [number, number, number] | null;
  readonly op: number;
  readonly masked: boolean | null;
  /** The masking key in hex; `null` where there is none. */
  readonly key: string | null;
  /** Bytes in the capture, header and payload; `null` where the source has no frames. */
  readonly wire: number | null;
  /** Bytes of payload as the header has them. */
  readonly len: number;
  /** Bytes of the inflated message, at the frame that ends it. */
  readonly inflated: number | null;
  /** Positions: in the stream of the direction, in the file, the packet. */
  readonly stream: number | null;
  readonly file: number | null;
  readonly packet: number | null;
  /** The beginning of the payload as text that is safe to show. */
  readonly preview: string;
  readonly violations: readonly string[];
  /** The gravest level of these. */
  readonly level: Level | null;
  readonly guessed: boolean;
  /** Frames that the row stands for: more than one for a message in fragments. */
  readonly frames: number;
}

export const layers = ['wire', 'unmasked', 'inflated', 'message'] as const;
export type Layer = (typeof layers)[number];

/** Everything about one frame but its bytes. */
export interface FrameDetail {
  readonly row: FrameRow;
  readonly headerLength: number;
  readonly findings: readonly Finding[];
  /** Layers that it has. */
  readonly layers: readonly Layer[];
  /** The frames of its message, itself included; the first of them where there are very many. */
  readonly frames: readonly number[];
  /** Bytes of the frame before which another packet or chunk begins. */
  readonly ticks: readonly number[];
}

/** Bytes that are missing from the capture. */
export interface Gap {
  /** The number of the frame that was read next, whoever sent it. */
  readonly before: number;
  readonly conn: number;
  readonly dir: Direction;
  /** The position in the stream of the direction. */
  readonly at: number;
  /** `null` if nobody knows how many. */
  readonly bytes: number | null;
  /** Where frames were found again; `null` if they were not. */
  readonly resyncedAt: number | null;
}

export interface ConnectionInfo {
  readonly conn: number;
  readonly title: string;
  /** A line for the chip, and lines for the card. */
  readonly summary: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly verdict: { readonly text: string; readonly bad: boolean };
  readonly subprotocol: string;
  /** Whether some of its messages are compressed. */
  readonly compressed: boolean;
  readonly gaps: readonly Gap[];
  /** What is wrong with it that is about no frame. */
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly frames: number;
}

/** A part of the capture that could not be read as frames, and why. */
export interface Trouble {
  readonly text: string;
  readonly at: number | null;
}

export interface Summary {
  /** What the bytes were read as: `pcap`, `har`, `hex` … */
  readonly kind: string;
  /** Whether the source has frames, or messages only. */
  readonly level: 'frame' | 'message';
  readonly bytes: number;
  readonly frames: number;
  readonly messages: number;
  readonly connections: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly troubles: readonly Trouble[];
  /** Milliseconds that reading took. */
  readonly ms: number;
  /** Seconds from the first frame to the last; `null` without times. */
  readonly duration: number | null;
}

/** What is wrong with an expression: units of UTF-16 in it. */
export interface FilterFault {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}

/** Words of u32 for each bucket of a timeline. */
export const BUCKET_WORDS = 8;

export interface Capture {
  /** Frames so far; they grow while the capture is read. */
  readonly frames: number;
  /** With `messages` the row of a message's first frame tells of all of it. */
  rows(numbers: Uint32Array, messages?: boolean): Promise<readonly FrameRow[]>;
  detail(n: number): Promise<FrameDetail | undefined>;
  layer(n: number, layer: Layer): Promise<Uint8Array>;
  connections(): Promise<readonly ConnectionInfo[]>;
  /** The heads of a connection's handshake. */
  heads(conn: number): Promise<Heads>;
  /** What is wrong with a filter, if something is. */
  check(expression: string): Promise<FilterFault | undefined>;
  /**
   * A bit for each of these frames, the least significant first, that says whether the filter lets it through. With `messages`
   * that of a message's first frame says it of all of it, and its other frames are not let through.
   */
  match(expression: string, from: number, count: number, messages?: boolean): Promise<Uint8Array>;
  /** For each bucket frames, bytes and broken rules of the client, those of the server, and the opcodes of either. */
  timeline(from: number, to: number, buckets: number): Promise<Uint32Array>;
  /** Gives back all memory. */
  close(): void;
}
