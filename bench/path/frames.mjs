// Frames as the load and the floor see them: lengths.

/** Bytes of an unmasked frame with so much payload. */
export const frameSize = (size) => size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);

/** Bytes of the same frame, masked. */
export const masked = (size) => frameSize(size) + 4;

/** Counts unmasked frames by their headers, skipping the payloads. */
export class FrameCounter {
  #header = Buffer.alloc(10);
  #have = 0;
  #skip = 0;

  /** The frames that end in this chunk. */
  count(chunk) {
    let frames = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, chunk.length - at);
        at += step;
        this.#skip -= step;
      } else {
        this.#header[this.#have] = chunk[at];
        this.#have += 1;
        at += 1;
        if (this.#have < 2 || this.#have < headerSize(this.#header)) continue;
        this.#skip = payloadSize(this.#header);
        this.#have = 0;
      }
      if (this.#skip === 0) frames += 1;
    }
    return frames;
  }
}

const headerSize = (header) => ({ 126: 4, 127: 10 })[header[1]] ?? 2;

function payloadSize(header) {
  if (header[1] < 126) return header[1];
  return header[1] === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
