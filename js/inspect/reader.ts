import { type Frame, FrameDecoder, type ProtocolError, type Role } from '../index.js';
import { beginsHead, HEAD_MARK, type Head, headLength, MAX_HEAD_BYTES, readHead } from './head.js';
import { type HeaderView, readHeader } from './header.js';
import { foreign } from './signatures.js';
import { type Judgement, Verdict } from './verdict.js';
import { frameViolation, type Violation } from './violation.js';

/** A whole frame, judged. Numbers count from 1, and offsets from the first byte of the stream. */
export interface ReadFrame extends Judgement {
  readonly type: 'frame';
  readonly number: number;
  readonly offset: number;
  readonly frame: Frame;
}

/** The frame at which reading ended because it is cut, or declares a length that cannot be read. */
export interface BrokenFrame {
  readonly type: 'broken';
  readonly number: number;
  readonly offset: number;
  /** What is there of it. */
  readonly header: HeaderView;
  /** Bytes from its first one on. */
  readonly received: number;
  readonly violations: readonly Violation[];
}

/** One thing after the other in a stream. */
export type Item = Head | ReadFrame | BrokenFrame;

export interface StreamReaderOptions {
  /** Who receives the stream. Default: the handshake tells, or the mask bit of the first frame. */
  readonly role?: Role | undefined;
  /** Payload bytes of one frame. Default 64 MiB. */
  readonly maxFrameSize?: number | undefined;
}

/** The most bytes of a frame's header. */
const MAX_HEADER_BYTES = 14;

/**
 * Reads one direction of a connection as far as it can be read, perhaps with the head of the opening handshake before
 * it. It holds one frame at a time. Iterate over everything that {@link read} gives before the next call.
 */
export class StreamReader {
  readonly #maxFrameSize: number;
  readonly #decoder: FrameDecoder;
  #phase: 'start' | 'frames' | 'ended' = 'start';
  #role: Role | undefined;
  #verdict: Verdict | undefined;
  #compression = false;
  #received = 0;
  /** Bytes that came before any frame and are not understood yet. */
  #waiting = new Uint8Array(0);
  /** The position of the first frame. */
  #framesStart = 0;
  #frames = 0;
  /** The position of the frame that is arriving, and its first bytes. */
  #offset = 0;
  #beginning = new Uint8Array(0);
  #trouble: string | undefined;

  constructor({ role, maxFrameSize = 64 << 20 }: StreamReaderOptions = {}) {
    this.#role = role;
    this.#maxFrameSize = maxFrameSize;
    this.#decoder = new FrameDecoder({ maxFrameSize });
  }

  /** Why not everything could be read, if it could not. A violation that makes reading impossible is none. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Who receives the stream, once that is known or guessed. */
  get role(): Role | undefined {
    return this.#role;
  }

  /** The number of bytes taken. */
  get received(): number {
    return this.#received;
  }

  /** The number of frames read. */
  get frames(): number {
    return this.#frames;
  }

  /** Whether the last message read lacks its end. */
  get messageOpen(): boolean {
    return this.#verdict?.messageOpen ?? false;
  }

  /** Takes bytes. */
  *read(bytes: Uint8Array): Generator<Item, void, undefined> {
    this.#received += bytes.length;
    if (this.#phase === 'start') {
      this.#waiting = joined(this.#waiting, bytes);
      yield* this.#readStart(false);
    } else if (this.#phase === 'frames') {
      yield* this.#readFrames(bytes);
    }
  }

  /** Tells that there are no more bytes. */
  *end(): Generator<Item, void, undefined> {
    if (this.#phase === 'start') yield* this.#readStart(true);
    if (this.#phase === 'frames' && this.#beginning.length > 0) {
      const broken = this.#broken();
      this.#stop(cutText(broken));
      yield broken;
    }
    this.free();
  }

  /** Gives back memory, for a reader that is not read to its end. */
  free(): void {
    this.#phase = 'ended';
    this.#verdict?.free();
    this.#decoder.free();
  }

  /** Passes over heads, of which there may be interim ones. `ended`: what is not there does not come any more. */
  *#readStart(ended: boolean): Generator<Item, void, undefined> {
    while (ended || this.#waiting.length >= HEAD_MARK) {
      const bytes = this.#waiting;
      if (!beginsHead(bytes)) {
        const trouble = foreign(bytes);
        if (trouble === undefined) yield* this.#begin(bytes);
        else this.#stop(trouble);
        return;
      }
      const length = headLength(bytes);
      if (length === undefined) {
        if (ended) this.#stop(`the opening handshake is cut: no empty line in its ${bytes.length} bytes`);
        else if (bytes.length >= MAX_HEAD_BYTES)
          this.#stop(`the opening handshake has more than ${MAX_HEAD_BYTES} bytes`);
        return;
      }
      const head = readHead(bytes.subarray(0, length), this.#received - bytes.length);
      this.#waiting = bytes.slice(length);
      this.#role ??= head.receiver;
      this.#compression = /\bpermessage-deflate\b/i.test(head.extensions ?? '');
      yield head;
      if (head.outcome === 'refused') return this.#stop('the server refused the handshake, so no frames follow');
      if (head.outcome === 'switched') return yield* this.#begin(this.#waiting);
    }
  }

  *#begin(bytes: Uint8Array): Generator<Item, void, undefined> {
    this.#phase = 'frames';
    this.#framesStart = this.#received - bytes.length;
    this.#offset = this.#framesStart;
    yield* this.#readFrames(bytes);
  }

  *#readFrames(bytes: Uint8Array): Generator<Item, void, undefined> {
    const start = this.#received - bytes.length;
    for (const frame of this.#decoder.decode(bytes)) yield this.#whole(frame);
    // Positions before this chunk belong to the frame that was arriving already.
    const arrived = bytes.subarray(Math.max(this.#offset - start, 0));
    if (this.#offset >= start) this.#beginning = new Uint8Array(0);
    this.#beginning = joined(this.#beginning, arrived.subarray(0, MAX_HEADER_BYTES - this.#beginning.length));
    const { error } = this.#decoder;
    if (error === undefined) return;
    const broken = this.#broken(error);
    if (error.kind !== 'length_msb') this.#stop(this.#unreadableText(broken, error));
    this.#phase = 'ended';
    yield broken;
  }

  #whole(frame: Frame): ReadFrame {
    const offset = this.#framesStart + frame.offset;
    this.#frames += 1;
    this.#offset = offset + frame.headerLength + frame.payloadLength;
    const judgement = this.#verdictFor(frame.masked).judge(frame, offset);
    return { type: 'frame', number: this.#frames, offset, frame, ...judgement };
  }

  #broken(error?: ProtocolError): BrokenFrame {
    const header = readHeader(this.#beginning);
    const judged =
      header.masked === undefined ? [] : this.#verdictFor(header.masked).judgeBeginning(this.#beginning, this.#offset);
    const unread =
      judged.length === 0 && error?.kind === 'length_msb'
        ? [frameViolation(error, this.#framesStart, header.opcode)]
        : judged;
    const received = this.#received - this.#offset;
    return { type: 'broken', number: this.#frames + 1, offset: this.#offset, header, received, violations: unread };
  }

  #verdictFor(masked: boolean): Verdict {
    this.#role ??= masked ? 'server' : 'client';
    this.#verdict ??= new Verdict(this.#role, this.#framesStart, this.#compression);
    return this.#verdict;
  }

  #stop(trouble: string): void {
    this.#trouble = trouble;
    this.#phase = 'ended';
  }

  #unreadableText({ number, offset, header }: BrokenFrame, error: ProtocolError): string {
    const where = `frame ${number} at byte ${offset}`;
    if (error.kind !== 'frame_too_large') return `${where} cannot be read: ${error.message}`;
    return `${where} declares ${header.payloadLength} bytes, more than the ${this.#maxFrameSize} that are read of one frame`;
  }
}

function cutText({ number, offset, header, received }: BrokenFrame): string {
  const where = `frame ${number} at byte ${offset} is cut`;
  const { headerLength = 2, payloadLength } = header;
  if (received < headerLength) return `${where}: ${received} of ${headerLength} bytes of its header are there`;
  return `${where}: ${received - headerLength} of ${payloadLength} bytes of its payload are there`;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
