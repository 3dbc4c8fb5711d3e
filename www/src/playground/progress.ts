/** How far a reader has come inside a frame, told from the bytes that it was given. */

import { readHeader } from '../../../pkg/inspect/header.js';
import { opcodeName } from '../../../pkg/inspect/names.js';

const MAX_HEADER = 14;

export class Progress {
  #head = true;
  #headBytes = 0;
  /** How much of CR LF CR LF has been seen. */
  #ending = 0;
  #header: number[] = [];
  #payloadLeft = 0;

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#head) this.#readHead(byte);
      else if (this.#payloadLeft > 0) this.#readPayload();
      else this.#readHeader(byte);
    }
  }

  /** A sentence on what is awaited. */
  get text(): string {
    if (this.#head) return this.#headBytes === 0 ? 'waits for a head' : `${this.#headBytes} bytes of a head`;
    if (this.#header.length === 0) return 'between frames';
    const { headerLength, opcode, payloadLength } = readHeader(Uint8Array.from(this.#header));
    if (headerLength === undefined) return `1 byte of a header (${opcodeName(opcode)})`;
    const missing = headerLength - this.#header.length;
    if (missing > 0) return `${opcodeName(opcode)}: ${missing} more header byte${missing === 1 ? '' : 's'}`;
    const total = Number(payloadLength);
    return `${opcodeName(opcode)}: ${total - this.#payloadLeft} of ${total} payload bytes`;
  }

  #readHead(byte: number): void {
    this.#headBytes += 1;
    const due = this.#ending % 2 === 0 ? 0x0d : 0x0a;
    if (byte === due) this.#ending += 1;
    else this.#ending = byte === 0x0d ? 1 : 0;
    if (this.#ending === 4) this.#head = false;
  }

  #readPayload(): void {
    this.#payloadLeft -= 1;
    if (this.#payloadLeft === 0) this.#header = [];
  }

  #readHeader(byte: number): void {
    this.#header.push(byte);
    const { headerLength = MAX_HEADER, payloadLength = 0n } = readHeader(Uint8Array.from(this.#header));
    if (this.#header.length < headerLength) return;
    this.#payloadLeft = Number(payloadLength);
    if (this.#payloadLeft === 0) this.#header = [];
  }
}
