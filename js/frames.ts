/** Frames one by one, without the rules of a connection: for captures, proxies and tools. */

import { booleanOf, bytesOf, integerOf, lengthOf, limitOf, objectOf, oneOf, TEXT_OR_BYTES } from './arguments.js';
import { dispose } from './dispose.js';
import { ProtocolError, rangeError } from './errors.js';
import type { Bytes, Frame, FrameInit, Role } from './types.js';
import { Refusal } from './wasm/codec.js';
import { Handle } from './wasm/handle.js';
import { currentCodec } from './wasm/loader.js';
import { fillRandom } from './wasm/random.js';
import { readFrames } from './wasm/records.js';
import { refusalError } from './wasm/refusal.js';

/** The most bytes that go through one call. */
const SLICE = 1 << 18;

/** Choices for a {@link FrameDecoder}. */
export interface FrameDecoderOptions {
  /** Payload bytes of one frame. Default 1 MiB; `Infinity` for no limit. */
  readonly maxFrameSize?: number | undefined;
}

/**
 * Cuts one direction of a stream into frames. It accepts every opcode, reserved bit, mask and form of the length, and
 * fails only where a frame cannot be read. The frames before a fault are given, then the error is final: it is in
 * {@link error}, and every later call throws it.
 */
export class FrameDecoder {
  readonly #handle: Handle;
  #error: ProtocolError | undefined;

  constructor(options?: FrameDecoderOptions) {
    const maxFrameSize = limitOf('options.maxFrameSize', objectOf('options', options).maxFrameSize, 1 << 20);
    this.#handle = new Handle(this, (codec) => codec.call('codec_decoder_new', maxFrameSize));
  }

  /** What ended the decoding, if it ended. */
  get error(): ProtocolError | undefined {
    return this.#error;
  }

  /** Takes bytes and gives the frames that are complete. */
  decode(bytes: Bytes): Frame[] {
    const { codec } = this.#handle;
    const view = bytesOf('bytes', bytes);
    if (this.#error !== undefined) throw this.#error;
    const frames: Frame[] = [];
    const length = lengthOf(view);
    for (let start = 0; start < length && this.#error === undefined; start += SLICE) {
      const used = codec.writeBytes(view, length, start, Math.min(start + SLICE, length));
      codec.call('codec_decoder_decode', this.#handle.value, used, 0);
      const read = readFrames(codec);
      for (const frame of read.frames) frames.push(frame);
      this.#error = read.error;
    }
    codec.releaseInput();
    return frames;
  }

  /** Tells that the stream has ended. Throws if it ended inside a frame, or if the decoding had failed before. */
  end(): void {
    const { codec } = this.#handle;
    if (this.#error === undefined) {
      codec.call('codec_decoder_decode', this.#handle.value, 0, 1);
      this.#error = endOfInput(readFrames(codec).error);
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Gives back the memory of the decoder. Every later call throws; a second `free` does nothing. */
  free(): void {
    this.#handle.free();
  }
}

/** The same error without a word of connections, of which a decoder knows none. */
function endOfInput(error: ProtocolError | undefined): ProtocolError | undefined {
  if (error === undefined) return undefined;
  const { frameIndex, offset } = error;
  const message = `the input ended inside a frame (frame ${frameIndex}, byte ${offset}, RFC 6455 §5.2)`;
  return new ProtocolError(message, { ...error, section: '5.2' });
}

export interface FrameDecoder extends Disposable {}
dispose(FrameDecoder);

/**
 * The frames in a buffer. Those before a fault are given, then the `ProtocolError` is thrown.
 *
 * @example
 * for (const frame of decodeFrames(bytes)) console.log(frame.opcode, frame.payload);
 */
export function* decodeFrames(bytes: Bytes, options?: FrameDecoderOptions): Generator<Frame, void, undefined> {
  const decoder = new FrameDecoder(options);
  try {
    yield* decoder.decode(bytes);
    decoder.end();
  } finally {
    decoder.free();
  }
}

/** Choices for a {@link FrameEncoder}. */
export interface FrameEncoderOptions {
  /** Which end sends the frames. A client's frames are masked unless they say otherwise. */
  readonly role: Role;
}

/** Writes frames as one end of a connection sends them, without the rules of a connection. */
export class FrameEncoder {
  readonly #masked: boolean;

  constructor(options: FrameEncoderOptions) {
    this.#masked = oneOf('options.role', objectOf('options', options).role, ['client', 'server']) === 'client';
  }

  /** The bytes of a frame. */
  encode(frame: FrameInit): Uint8Array<ArrayBuffer> {
    const { masked, maskingKey } = objectOf('frame', frame);
    return encodeFrame({ ...frame, masked: masked ?? (maskingKey !== undefined || this.#masked) });
  }
}

/**
 * The bytes of a frame. A decoded frame gives the very bytes it came from.
 *
 * @example
 * encodeFrame({ opcode: Opcode.Text, payload: 'Hello', masked: true });
 */
export function encodeFrame(frame: FrameInit): Uint8Array<ArrayBuffer> {
  const given: Partial<FrameInit> = objectOf('frame', frame);
  const { payload = '', maskingKey, headerLength } = given;
  const codec = currentCodec();
  const opcode = integerOf('frame.opcode', given.opcode, 0, 15);
  const masked = booleanOf('frame.masked', given.masked, maskingKey !== undefined);
  const bit = (name: 'fin' | 'rsv1' | 'rsv2' | 'rsv3', missing: boolean, value: number): number =>
    booleanOf(`frame.${name}`, given[name], missing) ? value : 0;
  const first =
    bit('fin', true, 0x80) | bit('rsv1', false, 0x40) | bit('rsv2', false, 0x20) | bit('rsv3', false, 0x10) | opcode;
  const key = masked ? keyOf(maskingKey) : 0;
  const length =
    typeof payload === 'string'
      ? codec.writeText(payload)
      : codec.writeBytes(bytesOf('frame.payload', payload, TEXT_OR_BYTES));
  const extra = extraLengthBytes(headerLength, masked, length);
  try {
    const refusal = codec.call('codec_encode_frame', first, Number(masked), key, extra, length);
    if (refusal !== Refusal.None) throw refusalError(refusal);
    return codec.takeOutput();
  } finally {
    codec.releaseInput();
  }
}

/** The four bytes of a masking key as a number; fresh ones if there are none. */
function keyOf(maskingKey: Uint8Array | undefined): number {
  const key = maskingKey === undefined ? fillRandom(new Uint8Array(4)) : bytesOf('frame.maskingKey', maskingKey);
  if (key.length !== 4) throw rangeError('invalid_argument', `"frame.maskingKey" expected 4 bytes, got ${key.length}`);
  return key.reduce((number, byte) => number * 256 + byte, 0);
}

/** The bytes that the length takes after the first two: 0, 2 or 8. */
function extraLengthBytes(headerLength: number | undefined, masked: boolean, payloadLength: number): number {
  const shortest = payloadLength <= 125 ? 0 : payloadLength <= 0xffff ? 2 : 8;
  if (headerLength === undefined) return shortest;
  const extra = integerOf('frame.headerLength', headerLength, 2, 14) - (masked ? 6 : 2);
  if (![0, 2, 8].includes(extra) || extra < shortest) {
    const message = `"frame.headerLength" expected a length that a header of this frame can have, got ${headerLength}`;
    throw rangeError('invalid_argument', message);
  }
  return extra;
}
