import { type Frame, FrameDecoder, type ProtocolError, type Role } from '../index.js';
import { ByteWriter } from './byte-writer.js';
import { beginsHead, HEAD_MARK, type Head, headEnd, MAX_HEAD_BYTES, readHead } from './head.js';
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
  #role: Role | undefined;
  #verdict: Verdict | undefined;
  #phase: 'start' | 'head' | 'frames' | 'ended' = 'start';
  /** Bytes before the first frame, until they are understood. */
  #waiting = new ByteWriter();
  /** Bytes of the stream that were taken. */
  #received = 0;
  /** The position of the first frame. */
  #framesStart = 0;
  /** The position of the frame that is arriving, and its first bytes. */
  #frameStart = 0;
  #frameHead = new Uint8Array(0);
  #frames = 0;
  #compression = false;
  #trouble: string | undefined;

  constructor({ role, maxFrameSize = 64 << 20 }: StreamReaderOptions = {}) {
    this.#role = role;
    this.#maxFrameSize = maxFrameSize;
    this.#decoder = new FrameDecoder({ maxFrameSize });
  }

  /** Why not everything could be read, if it could not. */
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

  /** Takes bytes. */
  *read(bytes: Uint8Array): Generator<Item, void, undefined> {
    this.#received += bytes.length;
    if (this.#phase === 'frames') {
      yield* this.#readFrames(bytes);
    } else if (this.#phase !== 'ended') {
      this.#waiting.append(bytes);
      yield* this.#readStart(false);
    }
  }

  /** Tells that there are no more bytes. */
  *end(): Generator<Item, void, undefined> {
    if (this.#phase === 'start' || this.#phase === 'head') yield* this.#readStart(true);
    if (this.#phase === 'frames' && this.#frameHead.length > 0) yield this.#broken(undefined);
    this.#phase = 'ended';
    this.free();
  }

  free(): void {
    this.#verdict?.free();
    this.#decoder.free();
  }

  /** Passes over what comes before the frames. `ended`: there is no more to wait for. */
  *#readStart(ended: boolean): Generator<Item, void, undefined> {
    while (this.#phase !== 'frames' && this.#phase !== 'ended') {
      const bytes = this.#waiting.take();
      if (bytes.length < HEAD_MARK && !ended) return;
      if (this.#phase === 'start' && !beginsHead(bytes)) {
        this.#trouble = foreign(bytes);
        this.#phase = this.#trouble === undefined ? 'frames' : 'ended';
        this.#waiting = new ByteWriter();
        this.#framesStart = this.#received - bytes.length;
        this.#frameStart = this.#framesStart;
        yield* this.#readFrames(bytes);
        return;
      }
      const end = headEnd(bytes.subarray(0, MAX_HEAD_BYTES));
      if (end < 0) {
        this.#phase = 'head';
        if (!ended && bytes.length < MAX_HEAD_BYTES) return;
        this.#stop(`the opening handshake does not end: no empty line in ${Math.min(bytes.length, MAX_HEAD_BYTES)} bytes`);
        return;
      }
      yield* this.#passHead(bytes, end);
    }
  }

  *#passHead(bytes: Uint8Array, end: number): Generator<Item, void, undefined> {
    const head = readHead(bytes.subarray(0, end), this.#received - bytes.length);
    this.#role ??= head.receiver;
    this.#compression = /\bpermessage-deflate\b/i.test(head.extensions ?? '');
    this.#waiting = new ByteWriter();
    this.#waiting.append(bytes.subarray(end));
    yield head;
    const { status } = head;
    const interim = status !== undefined && status >= 100 && status < 200 && status !== 101;
    if (interim) this.#phase = 'start';
    else if (status !== undefined && status !== 101) this.#stop(`the server refused the handshake with ${status}: no frames follow`);
    else yield* this.#beginFrames();
  }
}
