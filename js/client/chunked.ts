/** The chunked transfer coding (RFC 9112 §7.1), undone. */

/** What is in the chunks, as far as they are there and well-formed. */
export function decodeChunked(bytes: Uint8Array): Uint8Array {
  const encoded = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Buffer[] = [];
  let at = 0;
  while (at < encoded.length) {
    const end = encoded.indexOf('\r\n', at);
    const [digits] = /^[0-9a-f]+/i.exec(encoded.toString('latin1', at, end < 0 ? at : end)) ?? [];
    const size = Number.parseInt(digits ?? '0', 16);
    if (size === 0) break;
    parts.push(encoded.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return new Uint8Array(Buffer.concat(parts));
}
