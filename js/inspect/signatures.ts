/** Beginnings of what is often taken for WebSocket frames and is none. */

const SIGNATURES: readonly { readonly bytes: string; readonly text: string }[] = [
  ...['1603', '1703', '1503', '1403'].map((bytes) => ({
    bytes,
    text: 'these bytes are TLS: WebSocket frames are inside, encrypted; capture them where they are decrypted',
  })),
  ...['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a'].map((bytes) => ({
    bytes,
    text: 'these bytes are a packet capture: give the payload of one direction of one connection',
  })),
  { bytes: '505249202a', text: 'these bytes are HTTP/2: WebSocket over HTTP/2 (RFC 8441) is not decoded' },
  { bytes: '1f8b08', text: 'these bytes are compressed with gzip: decompress them first' },
];

/** What `bytes` are if they are known to be no frames, as a sentence. */
export function foreign(bytes: Uint8Array): string | undefined {
  const beginning = Array.from(bytes.subarray(0, 5), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return SIGNATURES.find((signature) => beginning.startsWith(signature.bytes))?.text;
}
