/** Whether a body with these transfer codings is in chunks (RFC 9112 §6.1): the end of it is in itself. */
export const isChunked = (codings: string | null): boolean => /\bchunked$/i.test(codings ?? '');

/** Finds the end of a body in the chunked transfer coding (RFC 9112 §7.1), however it is cut. */
export class ChunkedEnd {
  /** Bytes of the chunk, and of the line end behind it, that are still to come. */
  #left = 0;
  /** What has come of a line, without its end. */
  #line = '';
  /** Whether only trailer fields can follow. */
  #isLast = false;
  /** Whether the body has ended. Of one that is malformed there is no end. */
  isReached = false;

  /** Takes the next bytes of the body. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.isReached; ) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, bytes.length - at);
        this.#left -= skipped;
        at += skipped;
        continue;
      }
      const byte = bytes[at] as number;
      at += 1;
      if (byte === 0x0a) this.#endLine();
      else if (byte !== 0x0d && this.#line.length < LONGEST) this.#line += String.fromCharCode(byte);
    }
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = '';
    if (this.#isLast) {
      this.isReached = line === '';
      return;
    }
    const size = Number.parseInt(/^[0-9a-f]+/i.exec(line)?.[0] ?? '', 16);
    if (size === 0) this.#isLast = true;
    else this.#left = Number.isNaN(size) ? Number.POSITIVE_INFINITY : size + 2;
  }
}

/** Of an extension or a trailer field nothing more than that it is there matters. */
const LONGEST = 32;
