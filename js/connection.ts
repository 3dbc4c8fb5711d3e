import { bytesOf, chunkOf, integerOf, lengthOf, oneOf, stringOf, TEXT_OR_BYTES } from './arguments.js';
import {
  type CommitOptions,
  checkedCode,
  connectionSettings,
  flagsOf,
  type InputOptions,
  inputFlags,
  MAX_BUFFERED_BYTES,
  type OutputOptions,
  PACKED_DEFLATE,
  ROLE,
  type SendBinaryOptions,
  type SendContinuationOptions,
  type SendOptions,
  type Use,
  useOf,
  WHOLE,
} from './connection-options.js';
import { Opcode } from './constants.js';
import { NO_DEFLATE } from './deflate.js';
import { dispose } from './dispose.js';
import { typeError, UsageError } from './errors.js';
import { EventQueue } from './event-queue.js';
import { firstByte, MAX_HEADER } from './frame-header.js';
import { IncomingBytes } from './incoming.js';
import { OutgoingFrames } from './outgoing.js';
import { PreparedMessage } from './prepared.js';
import type { Bytes, ConnectionEvent, ConnectionOptions, MessageKind, Role, State } from './types.js';
import type { CallName, Codec } from './wasm/codec.js';
import { Refusal, Source } from './wasm/codec.js';
import { Handle } from './wasm/handle.js';
import { utf8Length } from './wasm/pool.js';
import { readEvents } from './wasm/records.js';
import { refusalError } from './wasm/refusal.js';

const STATES = ['open', 'closing', 'closed'] as const;

/** The flags of a connection: `src/wasm/connection.rs` has the same. */
const Flag = {
  State: 3,
  /** In a state other than open: our Close is due, but messages can still come before it. */
  StillSends: 1 << 2,
  WriteEnded: 1 << 3,
  OutputPending: 1 << 4,
  /** There is output, or what is limited between two drains was counted. */
  DrainDue: 1 << 5,
} as const;

const encoder = new TextEncoder();

/** Stands for an empty Close. */
const NO_CODE = 0;

/** Where the message is framed that was begun and whose last frame is still to be sent. */
const Begun = {
  /** There is none. */
  No: 0,
  /** In the core, which compresses it or sees to it that its parts are UTF-8. */
  Inside: 1,
  /** Here. The core does not know of it. */
  Outside: 2,
} as const;

/**
 * A WebSocket connection without the socket, open from the start: the opening handshake is a separate object.
 *
 * For every chunk that the transport delivers: {@link receiveData} (or {@link receiveEof} at its end), handle
 * {@link events}, write {@link dataToSend} to the transport, and end its writing side once {@link writeEnded}.
 *
 * A violation by the peer is an `error` event, with a Close queued. A wrong argument throws a `TypeError` or
 * `RangeError` that names it, a call at the wrong moment a `UsageError`; nothing has changed then.
 *
 * @example
 * const connection = new Connection({ role: 'server' });
 * connection.receiveData(chunk);
 * for (const event of connection.events()) if (event.type === 'text') connection.sendText(event.data);
 * for (const bytes of connection.dataToSend()) socket.write(bytes);
 */
export class Connection {
  /** Which end this is. */
  readonly role: Role;
  readonly #handle: Handle;
  readonly #events = new EventQueue();
  readonly #incoming: IncomingBytes;
  #flags = 0;
  /** Whether a frame is its header and its data: without compression. */
  readonly #isPlain: boolean;
  #begun: (typeof Begun)[keyof typeof Begun] = Begun.No;
  /** What goes out before all that the core has. */
  readonly #outgoing: OutgoingFrames;
  readonly #maxBufferedBytes: number;
  /** The memory that `reserve` gave, until `commit`. */
  #reserved: Uint8Array<ArrayBuffer> | undefined;

  constructor(options: ConnectionOptions) {
    const settings = connectionSettings('options', options);
    this.role = settings[ROLE] === 0 ? 'client' : 'server';
    const compresses = settings[PACKED_DEFLATE] !== NO_DEFLATE[0];
    this.#isPlain = !compresses;
    this.#outgoing = new OutgoingFrames(this.role === 'client');
    this.#maxBufferedBytes = settings[MAX_BUFFERED_BYTES] as number;
    this.#handle = new Handle(this, (codec) => codec.call('codec_connection_new', ...settings));
    this.#incoming = new IncomingBytes(this.#handle, this.#events, this.role === 'server', compresses);
  }

  /** How far the connection has come: `open`, `closing` after any Close or a failure, `closed` after the end of input. */
  get state(): State {
    this.#handle.codec;
    return STATES[this.#flags & Flag.State] ?? 'closed';
  }

  /**
   * Whether the peer should end the connection soon. Bound the wait with a timer, and abort the transport when it
   * fires.
   */
  get closeExpected(): boolean {
    return this.state === 'closing';
  }

  /**
   * Whether nothing will ever be sent any more and all was taken: end the writing side of the transport. A server
   * comes to it right after the two Close frames, a client when the server has ended its side (RFC 6455 §7.1.1), both
   * after a failure.
   */
  get writeEnded(): boolean {
    this.#handle.codec;
    return (this.#flags & Flag.WriteEnded) !== 0 && this.#outgoing.length === 0;
  }

  /** Bytes held for the peer: input of a message that is not whole, and output that was not taken. */
  get bytesHeld(): number {
    const { codec } = this.#handle;
    codec.call('codec_connection_measure', this.#handle.value);
    return codec.value(0) + this.#outgoing.length + this.#incoming.held;
  }

  /** Bytes received. Watch it to time out a slow peer. */
  get bytesReceived(): number {
    const { codec } = this.#handle;
    codec.call('codec_connection_measure', this.#handle.value);
    return codec.value(1) + codec.value(2) * 2 ** 32;
  }

  /**
   * Takes bytes from the transport; they are copied, unless `{ owned: true }` gives them away. How a stream is cut into chunks
   * makes no difference to the events.
   */
  receiveData(bytes: Bytes, options?: InputOptions): void {
    const { codec } = this.#handle;
    const { owned, transient } = inputFlags(options);
    const view = chunkOf('bytes', bytes);
    if (codec.lent && view.buffer === codec.bytes.buffer) {
      throw typeError('invalid_argument', '"bytes" expected memory of your own; what reserve() gave goes to commit()');
    }
    const length = lengthOf(view);
    if (transient && !this.#incoming.isInPayload && length <= this.#incoming.most) {
      codec.receive(this.#handle.value, Source.Input, 0, codec.writeBytes(view, length), false);
      this.#collect(codec, true);
      return;
    }
    this.#flags = this.#incoming.receive(codec, view, length, owned, this.#flags);
    codec.releaseInput();
  }

  /** Tells that the transport has ended. */
  receiveEof(): void {
    const { codec } = this.#handle;
    this.#incoming.clear();
    codec.receive(this.#handle.value, Source.End, 0, 0, false);
    this.#collect(codec, false);
  }

  /**
   * Gives `length` bytes of memory for the transport to read into, so that {@link commit} need not copy. Fill it
   * before any other call into this package: memory that grows takes the array away, and `commit` then throws.
   */
  reserve(length: number): Uint8Array<ArrayBuffer> {
    const { codec } = this.#handle;
    integerOf('length', length, 1, 1 << 30);
    const at = codec.call('codec_connection_reserve', this.#handle.value, length) >>> 0;
    if (at === 0) throw new UsageError('out_of_memory', `no memory for ${length} bytes`);
    this.#reserved = codec.bytes.subarray(at, at + length);
    codec.lent = true;
    return this.#reserved;
  }

  /** Takes the first `length` bytes of what {@link reserve} gave, as {@link receiveData} does. */
  commit(length: number, options?: CommitOptions): void {
    const { codec } = this.#handle;
    const { transient } = inputFlags(options);
    const reserved = this.#reserved;
    if (reserved === undefined) throw typeError('invalid_argument', '"length" expected a reserve() before commit()');
    if (reserved.length === 0) {
      this.#reserved = undefined;
      throw typeError('invalid_argument', 'memory has grown since reserve(): fill and commit before any other call');
    }
    integerOf('length', length, 0, reserved.length);
    this.#reserved = undefined;
    if (transient && !this.#incoming.isInPayload && length <= this.#incoming.mostReserved) {
      codec.receive(this.#handle.value, Source.Reserved, 0, length, false);
      this.#collect(codec, true);
    } else this.#flags = this.#incoming.receiveReserved(codec, reserved.byteOffset, length, this.#flags);
  }

  /** The events that have happened, oldest first. What is not iterated over stays for the next call. */
  events(): IterableIterator<ConnectionEvent> {
    this.#handle.codec;
    return this.#events;
  }

  /**
   * Takes everything that is to be written to the transport, in order. Nothing is copied after it, and nothing is
   * given twice.
   */
  dataToSend(options?: OutputOptions): Uint8Array<ArrayBuffer>[] {
    const { codec } = this.#handle;
    const pooled = options?.pooled === true;
    // What can fail comes first: nothing is lost.
    this.#outgoing.frameTexts(codec, pooled);
    if ((this.#flags & Flag.DrainDue) === 0) return this.#outgoing.take(codec, pooled);
    this.#call(codec, 'codec_connection_drain', 1);
    const output = codec.takeOutput(pooled);
    const chunks = this.#outgoing.take(codec, pooled);
    if (output.length > 0) chunks.push(output);
    return chunks;
  }

  /**
   * Sends a text message, or with `{ fin: false }` the first part of one. Lone surrogates become U+FFFD.
   *
   * @returns the bytes of the text as UTF-8.
   */
  sendText(data: string, options?: SendOptions): number {
    const flags = flagsOf(options);
    const text = stringOf('data', data);
    const { codec } = this.#handle;
    if (flags[0] === 1 && this.#sendsPlainly()) {
      this.#addEncoded(codec, text);
      return this.#outgoing.addText(codec, text);
    }
    this.#checkOrder(false);
    return this.#sendData(codec, Opcode.Text, text, flags);
  }

  /**
   * Sends a binary message, or with `{ fin: false }` the first part of one. The bytes are copied, unless
   * `{ copy: false }` or `{ owned: true }` says otherwise.
   */
  sendBinary(data: Bytes, options?: SendBinaryOptions): void {
    const flags = flagsOf(options);
    const use = useOf(options);
    const bytes = chunkOf('data', data);
    const { codec } = this.#handle;
    if (this.#sendsPlainly()) this.#sendOutside(codec, Opcode.Binary, bytes, flags[0] === 1, use);
    else {
      this.#checkOrder(false);
      this.#sendData(codec, Opcode.Binary, bytes, flags);
    }
  }

  /**
   * Sends the next part of the message that is open; it ends the message unless `{ fin: false }`. The bytes of a text
   * may be cut inside a code point. Those of a binary message are copied, unless the options say
   * otherwise.
   */
  sendContinuation(data: string | Bytes, options?: SendContinuationOptions): void {
    const { codec } = this.#handle;
    const flags = flagsOf(options);
    const use = useOf(options);
    this.#checkOrder(true);
    if (this.#begun === Begun.Outside) {
      const bytes = typeof data === 'string' ? encoder.encode(data) : chunkOf('data', data, TEXT_OR_BYTES);
      if (!this.#canSend()) throw refusalError(Refusal.NotOpen);
      this.#sendOutside(codec, Opcode.Continuation, bytes, flags[0] === 1, use);
    } else this.#sendData(codec, Opcode.Continuation, data, flags);
  }

  /** Sends a message that was prepared for many connections. */
  sendPrepared(message: PreparedMessage): void {
    const { codec } = this.#handle;
    const prepared = PreparedMessage.handleOf(message);
    if (prepared.codec !== codec) {
      const expected = 'one of the same WebAssembly instance, with no recycle() between it and the connection';
      throw typeError('invalid_argument', `"message" expected ${expected}: send its data as it is`);
    }
    this.#checkOrder(false);
    this.#makeRoom(codec, PreparedMessage.lengthOf(message));
    this.#call(codec, 'codec_connection_send_prepared', prepared.value);
  }

  /**
   * Sends a message that is compressed already, or with `{ fin: false }` the first part of one: what a connection with
   * the same parameters received with `perMessageDeflate: { passthrough: true }`. It is not looked at.
   */
  sendCompressed(kind: MessageKind, data: Bytes, options?: Pick<SendOptions, 'fin'>): void {
    const { codec } = this.#handle;
    const text = Number(oneOf('kind', kind, ['text', 'binary']) === 'text');
    const [fin] = flagsOf(options);
    const bytes = bytesOf('data', data);
    this.#checkOrder(false);
    this.#call(codec, 'codec_connection_send_compressed', text, codec.writeBytes(bytes), fin);
    this.#begun = fin === 0 ? Begun.Inside : Begun.No;
  }

  /** Sends a Ping with at most 125 bytes. The peer answers with a `pong` event of the same bytes. */
  sendPing(data: string | Bytes = ''): void {
    const { codec } = this.#handle;
    this.#send(codec, Opcode.Ping, data, WHOLE);
  }

  /** Sends a Pong that no Ping asked for, a sign of life. Pings are answered without it. */
  sendPong(data: string | Bytes = ''): void {
    const { codec } = this.#handle;
    this.#send(codec, Opcode.Pong, data, WHOLE);
  }

  /**
   * Begins the closing handshake. Events go on until the peer's Close; nothing can be sent any more. A second call
   * does nothing.
   *
   * @param code 1000–1003, 1007–1014 or 3000–4999. Default: an empty Close, or 1000 if there is a reason.
   * @param reason At most 123 bytes of UTF-8.
   */
  sendClose(code?: number, reason = ''): void {
    if (code === undefined && reason === '') this.#close(NO_CODE, reason, false);
    else this.#close(checkedCode(code === undefined ? 1000 : code), reason, false);
  }

  /**
   * Fails the connection from this side (RFC 6455 §7.1.7): queues a Close and discards all further input without
   * waiting for the peer's.
   */
  fail(code: number, reason = ''): void {
    this.#close(checkedCode(code), reason, true);
  }

  /**
   * Gives back the memory of the connection, and forgets the events that were not taken. Every later call throws; a
   * second `free` does nothing.
   */
  free(): void {
    this.#handle.free();
    this.#reserved = undefined;
    this.#events.clear();
    this.#incoming.clear();
    this.#outgoing.clear();
  }

  #canSend(): boolean {
    return (this.#flags & Flag.State) === 0 || (this.#flags & Flag.StillSends) !== 0;
  }

  /** Whether a message can be framed here: it changes nothing in the core, and follows all that the core has. */
  #sendsPlainly(): boolean {
    return this.#isPlain && this.#begun === Begun.No && this.#canSend();
  }

  /** Sends a frame without the core. */
  #sendOutside(codec: Codec, opcode: number, bytes: Uint8Array, fin: boolean, use: Use): void {
    const length = lengthOf(bytes);
    this.#addEncoded(codec, length);
    // The memory of the module may move.
    const moves = codec.lent && bytes.buffer === codec.bytes.buffer;
    // A copy also of Node's `Buffer`, whose slice would be none.
    const own = moves ? new Uint8Array(bytes) : bytes;
    this.#outgoing.addBytes(codec, firstByte(opcode, fin), own, length, use);
    this.#begun = fin ? Begun.No : Begun.Outside;
  }

  /** The frames of a message are not mixed with those of another (RFC 6455 §5.4). The core does not know of all that was begun. */
  #checkOrder(continues: boolean): void {
    if ((this.#begun !== Begun.No) === continues) return;
    throw refusalError(this.#canSend() ? Refusal.FragmentOrder : Refusal.NotOpen);
  }

  /**
   * Takes what the core has encoded, to put `next` behind it, a text or so many bytes, if there is room for that. It is no drain:
   * what counts until the next one goes on.
   */
  #addEncoded(codec: Codec, next: string | number): void {
    // First of all: a caller that sends although there is no room is not to make what waits more.
    this.#checkRoom(next);
    if ((this.#flags & Flag.OutputPending) === 0) return;
    // What can fail comes first: nothing is lost.
    this.#outgoing.frameTexts(codec);
    this.#call(codec, 'codec_connection_drain', 0);
    this.#outgoing.addEncoded(codec.takeOutput());
    this.#checkRoom(next);
  }

  /** Sees to it that the core, which does not know of what waits outside, adds no frame for which there is no room. */
  #makeRoom(codec: Codec, next: string | number): void {
    if (this.#outgoing.length > 0 && this.#canSend()) this.#addEncoded(codec, next);
  }

  /** As the core counts it for what it holds. */
  #checkRoom(next: string | number): void {
    const room = this.#maxBufferedBytes - this.#outgoing.length - MAX_HEADER;
    // Of many texts it need not be known how long they are.
    const fits = typeof next === 'number' ? next <= room : next.length * 3 <= room || utf8Length(next) <= room;
    if (!fits) throw refusalError(Refusal.BufferFull);
  }

  #close(code: number, reason: string, fail: boolean): void {
    const { codec } = this.#handle;
    const length = codec.writeText(stringOf('reason', reason));
    this.#call(codec, 'codec_connection_send', Opcode.Close, length, Number(!fail), 0, code);
    if (fail) this.#incoming.clear();
  }

  #sendData(
    codec: Codec,
    opcode: number,
    data: string | Bytes,
    flags: readonly [fin: number, compress: number],
  ): number {
    const length = this.#send(codec, opcode, data, flags);
    this.#begun = flags[0] === 0 ? Begun.Inside : Begun.No;
    return length;
  }

  /** Sends a frame of the core's; gives the bytes of its payload, uncompressed. */
  #send(
    codec: Codec,
    opcode: number,
    data: string | Bytes,
    [fin, compress]: readonly [fin: number, compress: number],
  ): number {
    const bytes = typeof data === 'string' ? data : chunkOf('data', data, TEXT_OR_BYTES);
    this.#makeRoom(codec, typeof bytes === 'string' ? bytes : lengthOf(bytes));
    const length = typeof bytes === 'string' ? codec.writeText(bytes) : codec.writeBytes(bytes);
    const refusal = codec.send(this.#handle.value, opcode, length, fin, compress, NO_CODE);
    if (refusal === Refusal.None) {
      codec.releaseInput();
      this.#flags = codec.flags;
    } else this.#finish(codec, refusal, 'codec_connection_send', opcode, length, fin, compress, NO_CODE);
    return length;
  }

  #call(codec: Codec, name: CallName, ...rest: number[]): void {
    const call = codec.call as (name: CallName, ...rest: number[]) => number;
    this.#finish(codec, call.call(codec, name, this.#handle.value, ...rest), name, ...rest);
  }

  /** Ends a call that has given `answer` and may need masking keys: draws new ones whenever they are used up, and the call goes on. */
  #finish(codec: Codec, answer: number, name: CallName, ...rest: number[]): void {
    const call = codec.call as (name: CallName, ...rest: number[]) => number;
    let refusal = answer;
    try {
      while (refusal === Refusal.NoRandomness) {
        codec.drawKeys();
        refusal = call.call(codec, name, this.#handle.value, ...rest);
      }
      if (refusal !== Refusal.None) throw refusalError(refusal);
    } finally {
      codec.releaseInput();
    }
    this.#flags = codec.flags;
  }

  #collect(codec: Codec, views: boolean): void {
    this.#flags = codec.flags;
    codec.lent ||= views;
    readEvents(codec, this.#events, views);
  }
}

export interface Connection extends Disposable {}
dispose(Connection);
