import { Connection, encodeFrame, type Frame, Opcode, type ProtocolError, type Role } from '../index.js';
import { dataAfterClose, frameViolation, type Violation } from './violation.js';

/** What a connection says to one frame. */
export interface Judgement {
  /** Messages begun so far, if the frame belongs to one. */
  readonly message: number | undefined;
  /** What the payload is a part of. Compressed text is `binary` here: nothing is inflated. */
  readonly kind: 'text' | 'binary' | 'control';
  readonly violations: readonly Violation[];
}

/**
 * Asks the codec about every frame of a stream: {@link feed} it the bytes up to the end of a frame, then {@link finish}
 * the frame. A connection reads nothing after a violation, so there is a new one then, which is told if a message is
 * open: one fault is one finding, and the frames after it are judged too.
 */
export class Verdict {
  readonly #role: Role;
  readonly #compression: boolean;
  #connection: Connection;
  /** The position in the stream of the first byte that the connection was given. */
  #start: number;
  #fault: ProtocolError | undefined;
  #messages = 0;
  #open: 'text' | 'binary' | undefined;
  #closed = false;

  /**
   * @param role Who receives the stream.
   * @param start The position of the first frame.
   * @param compression Whether messages may be compressed, as the handshake had it.
   */
  constructor(role: Role, start: number, compression: boolean) {
    this.#role = role;
    this.#start = start;
    this.#compression = compression;
    this.#connection = receiver(role, compression);
  }

  /** Takes bytes, none of them beyond the frame that is arriving. */
  feed(bytes: Uint8Array): void {
    if (this.#closed || this.#fault !== undefined) return;
    this.#connection.receiveData(bytes);
    for (const event of this.#connection.events()) if (event.type === 'error') this.#fault = event.error;
    this.#connection.dataToSend();
  }

  /** Judges the frame that has arrived. */
  finish(frame: Frame, offset: number): Judgement {
    const violations = this.violationsOf(frame.opcode, offset);
    const judgement = { ...this.#follow(frame), violations };
    if (frame.opcode === Opcode.Close) this.#closed = true;
    if (this.#fault !== undefined) this.#restart(offset + frame.headerLength + frame.payloadLength);
    return judgement;
  }

  /** What is wrong with the frame that is arriving, so far. */
  violationsOf(opcode: number, offset: number): readonly Violation[] {
    if (this.#closed) return isData(opcode) ? [dataAfterClose(offset)] : [];
    // What the reader does not take is no fault of the sender.
    if (this.#fault === undefined || this.#fault.kind === 'frame_too_large') return [];
    return [frameViolation(this.#fault, this.#start, opcode)];
  }

  /** Whether a message has begun and not ended. */
  get messageOpen(): boolean {
    return this.#open !== undefined;
  }

  free(): void {
    this.#connection.free();
  }

  /** Keeps count of messages as a lenient reader does: an orphan opens none, an interruption begins a new one. */
  #follow({ fin, rsv1, opcode }: Frame): Omit<Judgement, 'violations'> {
    if (!isData(opcode)) return { message: undefined, kind: 'control' };
    if (opcode === Opcode.Continuation && this.#open === undefined) return { message: undefined, kind: 'binary' };
    if (opcode !== Opcode.Continuation) {
      this.#messages += 1;
      this.#open = opcode === Opcode.Text && !(this.#compression && rsv1) ? 'text' : 'binary';
    }
    const kind = this.#open ?? 'binary';
    if (fin) this.#open = undefined;
    return { message: this.#messages, kind };
  }

  #restart(end: number): void {
    this.#connection.free();
    this.#connection = receiver(this.#role, this.#compression);
    this.#start = end;
    this.#fault = undefined;
    if (this.#open === undefined || this.#closed) return;
    // Binary, since the rest of a broken text says nothing new.
    const opening = encodeFrame({ opcode: Opcode.Binary, fin: false, masked: this.#role === 'server' });
    this.#connection.receiveData(opening);
    this.#start -= opening.length;
  }
}

const isData = (opcode: number): boolean => opcode <= Opcode.Binary;

/** A connection that judges by the protocol alone: without limits, and without keeping payload. */
function receiver(role: Role, compression: boolean): Connection {
  const none = Number.POSITIVE_INFINITY;
  return new Connection({
    role,
    deliver: 'payload',
    perMessageDeflate: compression && { passthrough: true },
    maxMessageSize: none,
    maxFrameSize: none,
    maxFragments: none,
    maxPendingPongBytes: 0,
  });
}
