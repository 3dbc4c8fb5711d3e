/** A capture that is open: what the view asks, and what it is told. Frames have numbers from 1. */

import type { Finding } from '../frame/finding.js';

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
  /** Bytes of the header; `null` where the source has none. */
  readonly hdrLen: number | null;
  /** Bytes of payload as the header has them. */
  readonly len: number;
  /** Bytes of the inflated message, at the frame that ends it. */
  readonly inflated: number | null;
  /** Positions: in the stream of the direction, in the file, the packet. Only the detail of a frame has them. */
  readonly stream: number | null;
  readonly file: number | null;
  readonly packet: number | null;
  /** The beginning of the payload as text that is safe to show. */
  readonly preview: string;
  readonly violations: readonly string[];
  readonly guessed: boolean;
}

export const layers = ['wire', 'unmasked', 'inflated', 'message'] as const;
export type Layer = (typeof layers)[number];

/** Everything about one frame but its bytes. */
export interface FrameDetail {
  readonly row: FrameRow;
  readonly findings: readonly Finding[];
  /** Layers that it has. */
  readonly layers: readonly Layer[];
  /** The frames of its message, itself included; the first of them where there are very many. */
  readonly frames: readonly number[];
  /** For a Ping its Pong, and the other way round. */
  readonly partner: number | null;
  /** Bytes of the frame before which another packet or chunk begins. */
  readonly ticks: readonly number[];
  /** Milliseconds between Ping and Pong. */
  readonly rtt: number | null;
}

export interface ConnectionInfo {
  readonly conn: number;
  readonly title: string;
  /** A line for the chip, and lines for the card. */
  readonly summary: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The heads as they were sent; `null` where they are not at hand. */
  readonly request: string | null;
  readonly response: string | null;
  /** What is known of the handshake, for a head that is made anew. */
  readonly handshake: HandshakeFacts;
  readonly findings: readonly Finding[];
  readonly errors: number;
  readonly frames: number;
}

export interface HandshakeFacts {
  readonly target: string | null;
  readonly host: string | null;
  readonly key: string | null;
  readonly accept: string | null;
  readonly subprotocol: string | null;
  /** As the answer has them. */
  readonly extensions: string | null;
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
  rows(numbers: Uint32Array): Promise<readonly FrameRow[]>;
  detail(n: number): Promise<FrameDetail | undefined>;
  layer(n: number, layer: Layer): Promise<Uint8Array>;
  connections(): Promise<readonly ConnectionInfo[]>;
  /** What is wrong with a filter, if something is. */
  check(expression: string): Promise<FilterFault | undefined>;
  /** A bit for each of these frames, the least significant first, that says whether the filter lets it through. */
  match(expression: string, from: number, count: number): Promise<Uint8Array>;
  /** For each bucket frames, bytes and broken rules of the client, those of the server, and the opcodes of either. */
  timeline(from: number, to: number, buckets: number): Promise<Uint32Array>;
  /** Gives back all memory. */
  close(): void;
}
