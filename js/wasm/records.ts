/** The records that a call leaves in memory, made into events and frames. `src/wasm/records.rs` writes them. */

import type { ProtocolError } from '../errors.js';
import type { ConnectionEvent, Frame, FrameHeader, MessageKind, PartEvent } from '../types.js';
import type { Codec } from './codec.js';
import { protocolError } from './violations.js';

/** The low byte of the first word. */
export const Kind = {
  Text: 1,
  Binary: 2,
  Fragment: 3,
  Payload: 4,
  Ping: 5,
  Pong: 6,
  Close: 7,
  Frame: 8,
  Decoded: 9,
  Error: 10,
  End: 11,
  Compressed: 12,
  TextUtf16: 13,
  TextUtf8: 14,
} as const;

const KIND = 0xff;
const IN_ARENA = 1 << 8;
const PART_TEXT = 1 << 9;
const PART_FIRST = 1 << 10;
const PART_LAST = 1 << 11;
const PART_COMPRESSED = 1 << 12;
const MASKED = 1 << 8;
const DECODED_IN_ARENA = 1 << 9;

/** Words of a record. */
const RECORD = 4;

/**
 * Bytes of neighbouring small payloads that share one string or one `ArrayBuffer`. Making one for many is what costs
 * least; a kept message pins less than twice this.
 */
const GROUP = 4096;

/** The same for larger binary messages: so many times the first of them, as far as that is no more. */
const MOST_PINNED = 16;
const LARGE_GROUP = 4 * GROUP;

/** Where events go. */
interface Events {
  /** Says how many come at most. */
  expect(count: number): void;
  push(event: ConnectionEvent): void;
}

/** Makes the events of the last call. With `views`, the data of messages are views of linear memory, until the next call. */
export function readEvents(codec: Codec, events: Events, views: boolean): void {
  const { words } = codec;
  const start = codec.recordsAt;
  const end = codec.recordsEnd;
  events.expect((end - start) / RECORD);
  for (let at = start; at < end; at += RECORD) {
    const word = words[at] as number;
    switch (word & KIND) {
      case Kind.Text:
      case Kind.TextUtf16:
        at = readTexts(codec, at, end, events);
        break;
      case Kind.TextUtf8:
        events.push({ type: 'text', data: textAt(codec, at) });
        break;
      case Kind.Binary:
        at = readBinaries(codec, at, end, events, views);
        break;
      case Kind.Compressed:
        events.push({ type: 'compressed', kind: kindOf(word), data: bytesAt(codec, at, views) });
        break;
      case Kind.Fragment:
        events.push({ type: 'fragment', ...partAt(codec, at, views) });
        break;
      case Kind.Payload:
        events.push({ type: 'payload', ...partAt(codec, at, views) });
        break;
      case Kind.Ping:
        events.push({ type: 'ping', data: bytesAt(codec, at, false) });
        break;
      case Kind.Pong:
        events.push({ type: 'pong', data: bytesAt(codec, at, false) });
        break;
      case Kind.Close:
        events.push({ type: 'close', code: word >>> 16, reason: textAt(codec, at) });
        break;
      case Kind.Frame:
        events.push({ type: 'frame', ...headerAt(words, at, wide(words, at + 2)) });
        at += RECORD;
        break;
      case Kind.Error:
        events.push({ type: 'error', error: errorAt(codec, at) });
        at += RECORD;
        break;
      case Kind.End:
        events.push({ type: 'end' });
        break;
    }
  }
}

/** Makes the frames of the last call, and the error that came after them if one did. */
export function readFrames(codec: Codec): { frames: Frame[]; error: ProtocolError | undefined } {
  const { words } = codec;
  const end = codec.recordsEnd;
  const frames: Frame[] = [];
  let error: ProtocolError | undefined;
  for (let at = codec.recordsAt; at < end; at += 2 * RECORD) {
    if (((words[at] as number) & KIND) === Kind.Error) {
      error = errorAt(codec, at);
    } else {
      const payload = bytesOfRange(codec, decodedAddress(codec, at), words[at + 3] as number, false);
      frames.push({ ...headerAt(words, at, payload.length), payload });
    }
  }
  return { frames, error };
}

/** The address of the payload of a decoded frame, which has its own words for it. */
function decodedAddress(codec: Codec, at: number): number {
  const where = codec.words[at + 2] as number;
  return ((codec.words[at] as number) & DECODED_IN_ARENA) === 0 ? where : codec.arena + where;
}

/** Reads a run of texts that lie side by side; gives the position of its last record. */
function readTexts(codec: Codec, at: number, end: number, events: Events): number {
  const { words } = codec;
  const isUtf16 = ((words[at] as number) & KIND) === Kind.TextUtf16;
  const start = addressOf(codec, at);
  const last = endOfRun(words, at, end, GROUP);
  const bytes = lengthOfRun(words, at, last);
  const text = isUtf16 ? codec.textOfUtf16(start, start + bytes) : codec.textOfAscii(start, start + bytes);
  if (last === at) {
    events.push({ type: 'text', data: text });
    return at;
  }
  for (let from = 0; at <= last; at += RECORD) {
    const length = words[at + 2] as number;
    const to = from + (isUtf16 ? length >>> 1 : length);
    events.push({ type: 'text', data: text.substring(from, to) });
    from = to;
  }
  return last;
}

/** The last record of a run of messages of one kind that lie side by side, as far as it is worth it. */
function endOfRun(words: Uint32Array, at: number, end: number, group: number): number {
  const word = words[at] as number;
  if ((word & IN_ARENA) === 0) return at;
  let bytes = words[at + 2] as number;
  let last = at;
  for (let next = at + RECORD; next < end && words[next] === word && bytes < group; next += RECORD) {
    bytes += words[next + 2] as number;
    last = next;
  }
  return last;
}

/** All its payload. */
function lengthOfRun(words: Uint32Array, at: number, last: number): number {
  return (words[last + 1] as number) + (words[last + 2] as number) - (words[at + 1] as number);
}

/** Reads a run of binary messages that lie side by side; gives the position of its last record. */
function readBinaries(codec: Codec, at: number, end: number, events: Events, views: boolean): number {
  const { words } = codec;
  const group = Math.min(LARGE_GROUP, Math.max(GROUP, MOST_PINNED * (words[at + 2] as number)));
  const last = endOfRun(words, at, end, group);
  const run = bytesOfRange(codec, addressOf(codec, at), lengthOfRun(words, at, last), views);
  if (last === at) {
    events.push({ type: 'binary', data: run });
    return at;
  }
  const { buffer } = run;
  for (let from = run.byteOffset; at <= last; at += RECORD) {
    const length = words[at + 2] as number;
    events.push({ type: 'binary', data: new Uint8Array(buffer, from, length) });
    from += length;
  }
  return last;
}

function addressOf(codec: Codec, at: number): number {
  const where = codec.words[at + 1] as number;
  return ((codec.words[at] as number) & IN_ARENA) === 0 ? where : codec.arena + where;
}

function bytesOfRange(codec: Codec, start: number, length: number, view: boolean): Uint8Array<ArrayBuffer> {
  return view ? codec.bytes.subarray(start, start + length) : codec.bytes.slice(start, start + length);
}

function bytesAt(codec: Codec, at: number, view: boolean): Uint8Array<ArrayBuffer> {
  return bytesOfRange(codec, addressOf(codec, at), codec.words[at + 2] as number, view);
}

function textAt(codec: Codec, at: number): string {
  const start = addressOf(codec, at);
  return codec.textOfUtf8(start, start + (codec.words[at + 2] as number));
}

function kindOf(word: number): MessageKind {
  return (word & PART_TEXT) === 0 ? 'binary' : 'text';
}

function partAt(codec: Codec, at: number, view: boolean): PartEvent {
  const word = codec.words[at] as number;
  return {
    kind: kindOf(word),
    data: bytesAt(codec, at, view),
    first: (word & PART_FIRST) !== 0,
    last: (word & PART_LAST) !== 0,
    compressed: (word & PART_COMPRESSED) !== 0,
  };
}

/** The header in two records. */
function headerAt(words: Uint32Array, at: number, payloadLength: number): FrameHeader {
  const word = words[at] as number;
  const first = (word >>> 16) & 0xff;
  const masked = (word & MASKED) !== 0;
  const key = words[at + 1] as number;
  return {
    fin: (first & 0x80) !== 0,
    rsv1: (first & 0x40) !== 0,
    rsv2: (first & 0x20) !== 0,
    rsv3: (first & 0x10) !== 0,
    opcode: first & 0x0f,
    masked,
    maskingKey: masked ? Uint8Array.of(key >>> 24, key >>> 16, key >>> 8, key) : undefined,
    payloadLength,
    offset: wide(words, at + RECORD),
    headerLength: word >>> 24,
    index: wide(words, at + RECORD + 2),
  };
}

function errorAt(codec: Codec, at: number): ProtocolError {
  const { words } = codec;
  const closeCode = (words[at] as number) >>> 16;
  return protocolError(words[at + 1] as number, closeCode, wide(words, at + RECORD), wide(words, at + RECORD + 2));
}

/** A number of two words, low half first. */
function wide(words: Uint32Array, at: number): number {
  return (words[at] as number) + (words[at + 1] as number) * 2 ** 32;
}
