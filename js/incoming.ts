/**
 * Bytes that arrive, on their way into the core. The payload of large binary messages goes past it: nothing about such bytes has to
 * be checked, so the core stops in front of them (`src/connection/aside.rs`), and they are at most unmasked.
 */

import type { EventQueue } from './event-queue.js';
import { MAX_HEADER } from './frame-header.js';
import { Chunk, Payload } from './payload.js';
import { type Codec, Source } from './wasm/codec.js';
import type { Handle } from './wasm/handle.js';
import { readEvents } from './wasm/records.js';

/** The most bytes that go through one call. A larger chunk takes several, so that it is never there twice. */
const SLICE = 1 << 18;

/** The same if they are in the memory of the module already. */
const RESERVED_SLICE = 1 << 24;

/** The same, wherever they are, if they may inflate to a thousand times as many, all of them there before any is handed over. */
const COMPRESSED_SLICE = 1 << 14;

/** The way of a connection's bytes. The flags that its methods are given and give are those of the connection, before and after. */
export class IncomingBytes {
  /** The most bytes that go through one call. */
  readonly most: number;
  /** The same of those in reserved memory. */
  readonly mostReserved: number;
  readonly #handle: Handle;
  readonly #events: EventQueue;
  readonly #masked: boolean;
  /** The binary message whose payload is arriving, if it is large. */
  #payload: Payload | undefined;
  /** Whether the last frame was such a message: the next one may be, too, so its header is looked at first. */
  #lookAhead = false;

  constructor(handle: Handle, events: EventQueue, masked: boolean, compressed: boolean) {
    this.most = compressed ? COMPRESSED_SLICE : SLICE;
    this.mostReserved = compressed ? COMPRESSED_SLICE : RESERVED_SLICE;
    this.#handle = handle;
    this.#events = events;
    this.#masked = masked;
  }

  /** Whether the payload of a large message is arriving. */
  get isInPayload(): boolean {
    return this.#payload !== undefined;
  }

  /** Bytes of memory that it takes. */
  get held(): number {
    return this.#payload?.held ?? 0;
  }

  /** Forgets what has arrived of it. */
  clear(): void {
    this.#payload = undefined;
  }

  /** Takes a chunk of `length` bytes, which is copied unless it is `owned`. */
  receive(codec: Codec, view: Uint8Array, length: number, owned: boolean, flags: number): number {
    let after = flags;
    let chunk: Chunk | undefined;
    for (let at = 0; at < length; ) {
      if (this.#payload !== undefined) {
        chunk ??= new Chunk(view, owned);
        at += this.#receivePayload(codec, this.#payload, chunk, at, length - at);
        continue;
      }
      const most = this.#lookAhead ? MAX_HEADER : this.most;
      const used = codec.writeBytes(view, length, at, Math.min(at + most, length));
      codec.receive(this.#handle.value, Source.Input, 0, used, true);
      after = this.#collect(codec);
      const aside = codec.value(1);
      this.#lookAhead = aside > 0;
      at += aside > 0 ? codec.value(0) : used;
      if (aside === 0) continue;
      if (aside > length - at) this.#payload = new Payload(aside);
      else {
        // All of it is there.
        chunk ??= new Chunk(view, owned);
        const payload = chunk.piece(at, aside);
        const place = chunk.placeFor(payload, aside);
        this.#take(codec, payload, place, aside);
        this.#events.push({ type: 'binary', data: place });
        at += aside;
      }
    }
    return after;
  }

  /** Takes bytes that are in the memory of the module already, at `address`. Large payload is unmasked there, and copied out once. */
  receiveReserved(codec: Codec, address: number, length: number, flags: number): number {
    const { value } = this.#handle;
    let after = flags;
    let chunk: Chunk | undefined;
    for (let at = 0; at < length; ) {
      const payload = this.#payload;
      if (payload === undefined) {
        const next = Math.min(this.mostReserved, length - at);
        codec.receive(value, Source.Reserved, at, next, true);
        after = this.#collect(codec);
        const aside = codec.value(1);
        at += aside > 0 ? codec.value(0) : next;
        if (aside > 0) this.#payload = new Payload(aside);
      } else {
        const here = Math.min(payload.missing, length - at);
        codec.passPayload(value, Source.Reserved, at, here);
        chunk ??= new Chunk(codec.bytes, false);
        const piece = codec.bytes.subarray(address + at, address + at + here);
        payload.place(chunk, piece, here).set(piece);
        this.#handOut(payload);
        at += here;
      }
    }
    return after;
  }

  /** Takes what there is of the payload in the `rest` of a chunk, from `at` on; gives how many bytes. */
  #receivePayload(codec: Codec, payload: Payload, chunk: Chunk, at: number, rest: number): number {
    const here = Math.min(payload.missing, rest);
    const piece = chunk.piece(at, here);
    this.#take(codec, piece, payload.place(chunk, piece, here), here);
    this.#handOut(payload);
    return here;
  }

  /** Ends a payload that is whole. */
  #handOut(payload: Payload): void {
    if (payload.missing > 0) return;
    this.#payload = undefined;
    this.#events.push({ type: 'binary', data: payload.whole });
  }

  /** Takes payload of `length` bytes to where it is to be, unmasked. */
  #take(codec: Codec, piece: Uint8Array, place: Uint8Array, length: number): void {
    if (this.#masked) codec.unmaskPayload(this.#handle.value, piece, place);
    else {
      if (place !== piece) place.set(piece);
      codec.passPayload(this.#handle.value, Source.Input, 0, length);
    }
  }

  #collect(codec: Codec): number {
    readEvents(codec, this.#events, false);
    return codec.flags;
  }
}
