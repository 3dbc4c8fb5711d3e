/**
 * One instance of the WebAssembly module: its memory, its calls, and what happens when it crashes. Nothing here knows
 * the protocol.
 */

import { lengthOf } from '../arguments.js';
import { UsageError } from '../errors.js';
import { pool, SHORT, utf8Length, writeAscii } from './pool.js';
import { fillRandom } from './random.js';

/** The functions of `src/wasm/`. Numbers only; addresses are those of linear memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBufferLike };
  codec_new(): number;
  codec_status(codec: number): number;
  codec_reserve_input(codec: number, length: number): number;
  codec_release_output(codec: number): void;
  codec_free_object(codec: number, handle: number): number;
  codec_keys_written(codec: number): void;
  codec_accept_key(codec: number, length: number): number;
  codec_connection_new(codec: number, ...options: number[]): number;
  codec_connection_receive(
    codec: number,
    handle: number,
    source: number,
    start: number,
    length: number,
    aside: number,
  ): number;
  codec_connection_pass_payload(codec: number, handle: number, source: number, start: number, length: number): number;
  codec_mask(codec: number, key: number, length: number): number;
  codec_mask_frames(codec: number, length: number): number;
  codec_frame_texts(codec: number, masked: number, length: number, count: number): number;
  codec_connection_reserve(codec: number, handle: number, length: number): number;
  codec_connection_send(
    codec: number,
    handle: number,
    opcode: number,
    length: number,
    fin: number,
    compress: number,
    code: number,
  ): number;
  codec_connection_send_compressed(codec: number, handle: number, text: number, length: number, fin: number): number;
  codec_prepared_new(codec: number, text: number, length: number): number;
  codec_connection_send_prepared(codec: number, handle: number, prepared: number): number;
  codec_connection_drain(codec: number, handle: number, all: number): number;
  codec_connection_measure(codec: number, handle: number): number;
  codec_decoder_new(codec: number, maxFrameSize: number): number;
  codec_decoder_decode(codec: number, handle: number, length: number, ended: number): number;
  codec_client_handshake_new(codec: number, length: number, protocols: number, ...limits: number[]): number;
  codec_server_handshake_new(codec: number, length: number, anyOrigin: number, ...limits: number[]): number;
  codec_handshake_receive(codec: number, handle: number, length: number, ended: number): number;
  codec_handshake_drain(codec: number, handle: number, leftover: number): number;
  codec_handshake_head(codec: number, handle: number, deflate: number): number;
  codec_server_handshake_answer(codec: number, handle: number, status: number, length: number, deflate: number): number;
  codec_encode_frame(codec: number, first: number, masked: number, key: number, extra: number, length: number): number;
}

/** The names of the calls, and what each takes after the codec itself. */
type Calls = Omit<Exports, 'memory'>;
export type CallName = keyof Calls;
type CallArguments<Name extends CallName> = Calls[Name] extends (codec: number, ...rest: infer Rest) => unknown
  ? Rest
  : [];

/** Words of the status block: `src/wasm/mod.rs` has the same. */
const Status = {
  Records: 0,
  RecordWords: 1,
  Arena: 2,
  Flags: 3,
  Output: 4,
  OutputLength: 5,
  Keys: 6,
  KeysLength: 7,
  LiveObjects: 8,
  Values: 9,
} as const;

/** What a call answers if it could not be carried out: `Refusal` in `src/wasm/mod.rs`. */
export const Refusal = {
  None: 0,
  InvalidArgument: 1,
  InvalidCloseCode: 2,
  ReasonTooLong: 3,
  ControlTooLong: 4,
  ReservedHeader: 5,
  NoRandomness: 6,
  NotOpen: 7,
  FragmentOrder: 8,
  InvalidUtf8: 9,
  BufferFull: 10,
  BadHandle: 11,
  OutOfMemory: 12,
} as const;

/** Where the bytes are that a connection receives. */
export const Source = { Input: 0, Reserved: 1, End: 2 } as const;

/** The largest output that is taken from the pool. */
const POOLED = 1 << 12;

/** The bytes that are masked at a time: what fits the fastest cache of a processor. A multiple of four, for the phase. */
const MASKED = 1 << 14;

/** So many texts are framed at a time. */
const MOST_TEXTS = 128;

/** The most bytes that are faster copied one by one. */
const FEW = 16;

/** The most bytes of {@link tinyText}. */
const TINY = 16;

/** Input memory that is kept between calls. More is given back after the call that needed it. */
const KEPT_INPUT = 1 << 16;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf16 = new TextDecoder('utf-16le', { ignoreBOM: true });
const encoder = new TextEncoder();

/** What the `Buffer` of Node, Deno and Bun has: the fastest ways from and to a string. */
interface StringMemory {
  write(text: string, start: number, length: number): number;
  latin1Write?(text: string, start: number, length: number): number;
  latin1Slice?(start: number, end: number): string;
  ucs2Slice?(start: number, end: number): string;
}
const HostBuffer = (globalThis as { Buffer?: { from(buffer: ArrayBuffer): StringMemory } }).Buffer;

export class Codec {
  /** Linear memory. Made anew whenever it has grown, so it is not to be kept over a call. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory as 32-bit words. */
  words: Uint32Array<ArrayBuffer>;
  /** Whether a caller was ever given a view of this memory, which can come back as an argument. */
  lent = false;
  /** Why the instance is dead, if it is. */
  #cause: unknown;
  #dead = false;
  #strings: StringMemory | undefined;
  readonly #exports: Exports;
  readonly #self: number;
  readonly #status: number;
  #input = 0;
  #inputLength = 0;
  /** The memory for arguments: nothing that is copied into it can go beyond. */
  #inputBytes = new Uint8Array();

  /** @internal Node's declarations do not have this type. */
  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, importsOf(module));
    this.#exports = instance.exports as unknown as Exports;
    this.bytes = new Uint8Array(this.#exports.memory.buffer as ArrayBuffer);
    this.words = new Uint32Array(this.bytes.buffer);
    this.#self = this.#exports.codec_new();
    this.#status = this.#exports.codec_status(this.#self) >>> 2;
    this.#refresh();
  }

  /** Whether the instance has crashed. */
  get dead(): boolean {
    return this.#dead;
  }

  /** Bytes of linear memory. It never shrinks while the instance lives. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Makes a call. A crash kills the instance, and with it every object in it: they all say so from then on, and give
   * the first cause.
   */
  call<Name extends CallName>(name: Name, ...rest: CallArguments<Name>): number {
    this.requireAlive();
    const call = this.#exports[name] as (codec: number, ...rest: number[]) => number;
    try {
      const result = call(this.#self, ...(rest as number[]));
      if (this.bytes.length === 0) this.#refresh();
      return result;
    } catch (cause) {
      throw this.#crashed(cause);
    }
  }

  /** The call of every chunk, without what finding it by its name costs. The handle gives only codecs that are alive. */
  receive(handle: number, source: number, start: number, length: number, aside: boolean): void {
    try {
      this.#exports.codec_connection_receive(this.#self, handle, source, start, length, aside ? 1 : 0);
    } catch (cause) {
      throw this.#crashed(cause);
    }
    if (this.bytes.length === 0) this.#refresh();
  }

  /** The call of every frame that is sent. */
  send(handle: number, opcode: number, length: number, fin: number, compress: number, code: number): number {
    let refusal: number;
    try {
      refusal = this.#exports.codec_connection_send(this.#self, handle, opcode, length, fin, compress, code);
    } catch (cause) {
      throw this.#crashed(cause);
    }
    if (this.bytes.length === 0) this.#refresh();
    return refusal;
  }

  /** Throws if the instance has crashed. */
  requireAlive(): void {
    if (this.#dead) throw this.#deadError();
  }

  get recordsAt(): number {
    return (this.words[this.#status + Status.Records] as number) >>> 2;
  }

  get recordsEnd(): number {
    return this.recordsAt + (this.words[this.#status + Status.RecordWords] as number);
  }

  get arena(): number {
    return this.words[this.#status + Status.Arena] as number;
  }

  get flags(): number {
    return this.words[this.#status + Status.Flags] as number;
  }

  /** One of the three numbers that the last call gave out. */
  value(index: 0 | 1 | 2): number {
    return this.words[this.#status + Status.Values + index] as number;
  }

  /** A copy of the bytes that the last call gave out, in memory of its own or, if `pooled` and small, of many. */
  takeOutput(pooled = false): Uint8Array<ArrayBuffer> {
    const start = this.words[this.#status + Status.Output] as number;
    const length = this.words[this.#status + Status.OutputLength] as number;
    if (pooled && length <= POOLED) return pool.copy(this.bytes, start, length);
    const output = this.bytes.slice(start, start + length);
    if (length > KEPT_INPUT) this.call('codec_release_output');
    return output;
  }

  /** Copies the argument of the next call into memory, or of an array of `total` bytes a part; gives the length. */
  writeBytes(source: Uint8Array, total = lengthOf(source), start = 0, end = total): number {
    const length = end - start;
    // A view of this very memory would be lost when it grows.
    const safe = length > this.#inputLength && source.buffer === this.bytes.buffer ? new Uint8Array(source) : source;
    const at = this.#reserve(length);
    if (length <= FEW) {
      const { bytes } = this;
      for (let i = 0; i < length; i += 1) bytes[at + i] = safe[start + i] as number;
      return length;
    }
    this.#inputBytes.set(length === total ? safe : new Uint8Array(safe.buffer, safe.byteOffset + start, length));
    return length;
  }

  /** Tells a connection that so many bytes of payload have arrived, which it unmasks where they are if they are masked. */
  passPayload(handle: number, source: number, start: number, length: number): void {
    try {
      this.#exports.codec_connection_pass_payload(this.#self, handle, source, start, length);
    } catch (cause) {
      throw this.#crashed(cause);
    }
  }

  /** The same where they are masked and outside: unmasks `source` into `target`, which has the same length and may be the same. */
  unmaskPayload(handle: number, source: Uint8Array, target: Uint8Array): void {
    this.#through(source, target, (length) => this.passPayload(handle, Source.Input, 0, length));
  }

  /** A fresh masking key, as a number: its first byte is the lowest. */
  takeKey(): number {
    const { words } = this;
    // The pool of `src/wasm/random.rs`: its bytes, and behind them how many were served.
    const start = (words[this.#status + Status.Keys] as number) >>> 2;
    const count = (words[this.#status + Status.KeysLength] as number) >>> 2;
    if ((words[start + count] as number) >>> 2 >= count) this.drawKeys();
    const used = (words[start + count] as number) >>> 2;
    words[start + count] = (used + 1) << 2;
    return words[start + used] as number;
  }

  /** Makes sure that there are so many fresh masking keys: at most as many as are drawn at once, which is 1024. */
  ensureKeys(count: number): void {
    const { words } = this;
    const start = (words[this.#status + Status.Keys] as number) >>> 2;
    const all = (words[this.#status + Status.KeysLength] as number) >>> 2;
    if (all - ((words[start + all] as number) >>> 2) < count) this.drawKeys();
  }

  /** Frames texts that are ASCII and have at most 255 bytes, each a message, into `target`. */
  frameTexts(texts: readonly string[], masked: boolean, target: Uint8Array): void {
    let end = 0;
    for (let from = 0; from < texts.length; from += MOST_TEXTS) {
      const to = Math.min(from + MOST_TEXTS, texts.length);
      let joined = '';
      for (let i = from; i < to; i += 1) joined += texts[i] as string;
      const { length } = joined;
      const lengths = this.#reserve(length + to - from) + length;
      this.#writeAscii(joined, this.#input);
      for (let i = from; i < to; i += 1) this.bytes[lengths + i - from] = (texts[i] as string).length;
      this.call('codec_frame_texts', masked ? 1 : 0, length, to - from);
      const start = this.words[this.#status + Status.Output] as number;
      const used = this.words[this.#status + Status.OutputLength] as number;
      target.set(this.bytes.subarray(start, start + used), end);
      end += used;
    }
    // What was not written to may be memory that others have used.
    if (end !== target.length) throw this.#crashed(new Error('frames of another length than they should have'));
  }

  /** Masks `source` into `target`, which has the same length and may be the same. */
  mask(key: number, source: Uint8Array, target: Uint8Array): void {
    this.#through(source, target, (length) => this.call('codec_mask', key, length));
  }

  /** Masks the payloads of frames that have their keys: those of `source`, into `target`, which has the same length and may be the same. */
  maskFrames(source: Uint8Array, target: Uint8Array): void {
    const length = lengthOf(source);
    for (let start = 0; start < length; ) {
      const given = this.writeBytes(source, length, start, Math.min(start + MASKED, length));
      this.call('codec_mask_frames', given);
      // The last of them may be cut.
      const used = this.value(0);
      target.set(this.bytes.subarray(this.#input, this.#input + used), start);
      start += used;
    }
  }

  /** Copies `source` to `target` through the memory for arguments, where `change` does something to each piece. */
  #through(source: Uint8Array, target: Uint8Array, change: (length: number) => void): void {
    const length = lengthOf(source);
    for (let start = 0; start < length; start += MASKED) {
      const used = this.writeBytes(source, length, start, Math.min(start + MASKED, length));
      change(used);
      target.set(this.bytes.subarray(this.#input, this.#input + used), start);
    }
  }

  /** Encodes the argument of the next call into memory as UTF-8, lone surrogates as U+FFFD; gives its length. */
  writeText(text: string): number {
    // A UTF-16 unit takes at most three bytes.
    const most = text.length * 3;
    const room = most <= this.#inputLength ? most : utf8Length(text);
    const at = this.#reserve(room);
    if (text.length <= SHORT && writeAscii(this.bytes, text, at)) return text.length;
    if (this.#strings !== undefined) return this.#strings.write(text, at, room);
    return encoder.encodeInto(text, this.bytes.subarray(at, at + room)).written;
  }

  #writeAscii(text: string, at: number): void {
    if (this.#strings?.latin1Write !== undefined) this.#strings.latin1Write(text, at, text.length);
    else encoder.encodeInto(text, this.bytes.subarray(at, at + text.length));
  }

  /** Gives back the memory that a large argument took, once the call is done. */
  releaseInput(): void {
    if (this.#inputLength <= KEPT_INPUT) return;
    this.#resize(KEPT_INPUT);
  }

  /** The string of a range of memory that has UTF-8. */
  textOfUtf8(start: number, end: number): string {
    return utf8.decode(this.bytes.subarray(start, end));
  }

  /** The string of a range of memory of which every byte is ASCII. */
  textOfAscii(start: number, end: number): string {
    if (end - start <= TINY) return tinyText(this.bytes, start, end - start);
    return this.#strings?.latin1Slice?.(start, end) ?? this.textOfUtf8(start, end);
  }

  /** The string of a range of memory that has UTF-16. */
  textOfUtf16(start: number, end: number): string {
    return this.#strings?.ucs2Slice?.(start, end) ?? utf16.decode(this.bytes.subarray(start, end));
  }

  /** Fills the pool of masking keys. */
  drawKeys(): void {
    const at = this.words[this.#status + Status.Keys] as number;
    const length = this.words[this.#status + Status.KeysLength] as number;
    fillRandom(this.bytes.subarray(at, at + length));
    this.call('codec_keys_written');
  }

  /** Makes sure that there is room for an argument; gives its address. */
  #reserve(length: number): number {
    if (length > this.#inputLength && !this.#resize(Math.max(length, KEPT_INPUT))) {
      throw new UsageError('out_of_memory', `no memory for ${length} bytes`);
    }
    return this.#input;
  }

  /** Gives the memory for arguments another size; tells whether there was memory. */
  #resize(length: number): boolean {
    // What does not fit 32 bits would be cut to them.
    const at = length < 2 ** 32 ? this.call('codec_reserve_input', length) >>> 0 : 0;
    if (at === 0) return false;
    this.#input = at;
    this.#inputLength = length;
    this.#inputBytes = this.bytes.subarray(at, at + length);
    return true;
  }

  /** Growing memory detaches every view of it. */
  #refresh(): void {
    const buffer = this.#exports.memory.buffer as ArrayBuffer;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#inputBytes = this.bytes.subarray(this.#input, this.#input + this.#inputLength);
    this.#strings = HostBuffer?.from(buffer);
  }

  #crashed(cause: unknown): UsageError {
    this.#dead = true;
    this.#cause = cause;
    return this.#deadError();
  }

  #deadError(): UsageError {
    const message = 'the WebAssembly instance of this object has crashed; make a new object';
    return new UsageError('instance_dead', message, { cause: this.#cause });
  }
}

/**
 * The string of at most {@link TINY} bytes of ASCII, for which no decoder has to be called. That there are more bytes, or none where
 * the memory ends, does no harm.
 */
function tinyText(bytes: Uint8Array, at: number, length: number): string {
  const unit = (i: number) => bytes[at + i] as number;
  // biome-ignore format: as compact as it can be
  return String.fromCharCode(
    unit(0), unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7),
    unit(8), unit(9), unit(10), unit(11), unit(12), unit(13), unit(14), unit(15),
  ).substring(0, length);
}

/** What the module asks for: the hook of wasm-bindgen for a call that is not allowed, whose name carries a hash. */
function importsOf(module: WebAssembly.Module): WebAssembly.Imports {
  const imports: Record<string, Record<string, () => void>> = Object.create(null);
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= Object.create(null) as Record<string, () => void>;
    imports[from][name] = () => {
      throw new Error('a call into the WebAssembly instance was not allowed');
    };
  }
  return imports;
}
