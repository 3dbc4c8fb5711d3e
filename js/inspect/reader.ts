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

/** Bytes of frames that tell who receives them. */
const ROLE_MARK = 2;

/** The most bytes of a frame's header. */
const MAX_HEADER_BYTES = 14;

/**
 * Reads one direction of a connection as far as it can be read, perhaps with the head of the opening handshake before
 * it. It holds one frame at a time. Iterate over everything that {@link read} gives before the next call.
 */
export class StreamReader {
  readonly #maxFrameSize: number;
  readonly #decoder: FrameDecoder;
  #ended = false;
  #role: Role | undefined;
  /** There is one as soon as frames begin. */
  #verdict: Verdict | undefined;
  #compression = false;
  #received = 0;
  /** Bytes that came before any frame and are not understood yet. */
  #waiting = new Uint8Array(0);
  /** Whether nothing but frames can come any more. */
  #switched = false;
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
    if (this.#ended) return;
    if (this.#verdict !== undefined) return yield* this.#readFrames(bytes, this.#verdict);
    this.#waiting = joined(this.#waiting, bytes);
    yield* this.#readStart(false);
  }

  /** Tells that there are no more bytes. */
  *end(): Generator<Item, void, undefined> {
    if (!this.#ended && this.#verdict === undefined) yield* this.#readStart(true);
    if (!this.#ended && this.#verdict !== undefined && this.#beginning.length > 0) {
      const broken = this.#broken(this.#verdict);
      this.#stop(cutText(broken));
      yield broken;
    }
    this.free();
  }

  /** Gives back memory, for a reader that is not read to its end. */
  free(): void {
    this.#ended = true;
    this.#verdict?.free();
    this.#decoder.free();
  }

  /** Passes over heads, of which there may be interim ones. `ended`: what is not there does not come any more. */
  *#readStart(ended: boolean): Generator<Item, void, undefined> {
    while (ended || this.#waiting.length >= (this.#switched ? ROLE_MARK : HEAD_MARK)) {
      const bytes = this.#waiting;
      if (this.#switched || !beginsHead(bytes)) {
        const trouble = this.#switched ? undefined : foreign(bytes);
        if (trouble !== undefined) return this.#stop(trouble);
        return yield* this.#readFrames(bytes, this.#begin(bytes));
      }
      const length = headLength(bytes);
      if (length === undefined) {
        if (ended) this.#stop(`the opening handshake is cut: no empty line in its ${bytes.length} bytes`);
        else if (bytes.length >= MAX_HEAD_BYTES)
          this.#stop(`the opening handshake has more than ${MAX_HEAD_BYTES} bytes`);
        return;
      }
      const head = readHead(bytes.subarray(0, length), this.#received - bytes.length);
      this.#waiting = bytes.subarray(length);
      this.#role ??= head.receiver;
      this.#compression = /\bpermessage-deflate\b/i.test(head.extensions ?? '');
      yield head;
      if (head.outcome === 'refused') return this.#stop('the server refused the handshake, so no frames follow');
      this.#switched = head.outcome === 'switched';
    }
  }

  #begin(bytes: Uint8Array): Verdict {
    this.#framesStart = this.#received - bytes.length;
    this.#offset = this.#framesStart;
    const { masked } = readHeader(bytes);
    if (masked !== undefined) this.#role ??= masked ? 'server' : 'client';
    // Without a second byte no rule is decided, whoever receives it.
    this.#verdict = new Verdict(this.#role ?? 'server', this.#framesStart, this.#compression);
    return this.#verdict;
  }

  *#readFrames(bytes: Uint8Array, verdict: Verdict): Generator<Item, void, undefined> {
    const start = this.#received - bytes.length;
    let taken = 0;
    for (const frame of this.#decoder.decode(bytes)) {
      const offset = this.#framesStart + frame.offset;
      this.#frames += 1;
      this.#offset = offset + frame.headerLength + frame.payloadLength;
      this.#beginning = new Uint8Array(0);
      verdict.feed(bytes.subarray(taken, this.#offset - start));
      taken = this.#offset - start;
      yield { type: 'frame', number: this.#frames, offset, frame, ...verdict.finish(frame, offset) };
    }
    const rest = bytes.subarray(taken);
    verdict.feed(rest);
    this.#beginning = joined(this.#beginning, rest.subarray(0, MAX_HEADER_BYTES - this.#beginning.length));
    const { error } = this.#decoder;
    if (error === undefined) return;
    const broken = this.#broken(verdict, error);
    this.#ended = true;
    if (error.kind !== 'length_msb') this.#stop(this.#unreadableText(broken, error));
    yield broken;
  }

  #broken(verdict: Verdict, error?: ProtocolError): BrokenFrame {
    const header = readHeader(this.#beginning);
    let violations = verdict.violationsOf(header.opcode, this.#offset);
    // Behind a Close nothing is judged, but this ends the reading.
    if (violations.length === 0 && error?.kind === 'length_msb') {
      violations = [frameViolation(error, this.#framesStart, header.opcode)];
    }
    const received = this.#received - this.#offset;
    return { type: 'broken', number: this.#frames + 1, offset: this.#offset, header, received, violations };
  }

  #stop(trouble: string): void {
    this.#trouble = trouble;
    this.#ended = true;
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
