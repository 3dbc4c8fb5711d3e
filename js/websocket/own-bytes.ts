/**
 * A plain array that is alone in its memory. A slice would hold all the memory that it is of, such as Node's pool, and show it
 * to whoever reads the slice.
 */
export function ownBytes(chunk: Uint8Array): Uint8Array {
  return chunk.byteLength === chunk.buffer.byteLength ? new Uint8Array(chunk.buffer) : new Uint8Array(chunk);
}
