/** What the index of a capture tells of single frames. */

import type { Level } from './catalogue.js';
import type { Direction, FrameRecord, Length, ViolationRecord } from './records.js';

/** A frame in a list. */
export interface FrameRow {
  /** Its number, from 1. */
  readonly n: number;
  readonly conn: number;
  /** The message that it is a part of, from 1 for each connection; `null` for a control frame. */
  readonly msg: number | null;
  readonly dir: Direction;
  /** Seconds since the first packet; `null` where the source has no times. */
  readonly t: number | null;
  readonly op: number;
  readonly opName: string;
  /** The opcode of its message: `text` for a continuation of one. */
  readonly kind: string;
  readonly fin: boolean;
  /** The reserved bits: 4 for RSV1, 2 for RSV2, 1 for RSV3. */
  readonly rsv: number;
  readonly masked: boolean;
  /** Bytes of it that the capture has, header included. */
  readonly wire: number;
  /** Bytes of payload, as the header has them. */
  readonly len: Length;
  /** Bytes that the message inflated to which it ends; else `null`. */
  readonly inflated: number | null;
  /** Whether the source has frames with headers: `fin`, `rsv`, `masked` and `wire` mean nothing without. */
  readonly header: boolean;
  /** The beginning of the payload, decoded as text; `cut` if there is more. May hold control characters. */
  readonly preview: string;
  readonly cut: boolean;
  /** Whether that is text. */
  readonly text: boolean;
  /** The ids of the rules that it breaks. */
  readonly violations: readonly string[];
  /** The worst level of those. */
  readonly level: Level | null;
  /** Whether direction, extension or position was inferred. */
  readonly guessed: boolean;
}

/** A field of a frame, to the bit. */
export interface FrameField {
  readonly name: string;
  readonly kind: 'flag' | 'opcode' | 'mask' | 'length' | 'key' | 'payload';
  /** Its first bit, from 0 at the first bit of the frame, and how many it has. */
  readonly bit: number;
  readonly bits: number;
  readonly value: string;
  /** The same in words. */
  readonly meaning: string;
}

/** All that is known of a frame. */
export interface FrameDetail extends Pick<FrameRow, 'n' | 'conn' | 'msg' | 'dir' | 't' | 'op' | 'opName' | 'kind'> {
  /** When it was seen, as a date (ISO 8601). */
  readonly time: string | null;
  /** Bytes of the header. */
  readonly hdrLen: number;
  readonly len: Length;
  /** Bytes of the payload that the capture has. */
  readonly captured: number;
  readonly inflated: number | null;
  /** Whether it is a part of a compressed message. */
  readonly compressed: boolean;
  readonly certainty: 'exact' | 'guessed';
  /** Where it is: in the stream of its direction, in the file, and in which packet. */
  readonly off: NonNullable<FrameRecord['off']>;
  readonly fields: readonly FrameField[];
  /** Where chunks of the source ended within it, in bytes from its first one. */
  readonly segments: readonly number[];
  /** The frames of its message, 1000 at most. */
  readonly frames: readonly number[];
  readonly violations: readonly Omit<ViolationRecord, 'type' | 'conn' | 'n' | 'dir'>[];
}

/** What is wrong with a filter: a range of it in bytes of UTF-8, and a sentence. */
export interface FilterFault {
  readonly at: number;
  readonly end: number;
  readonly text: string;
}
