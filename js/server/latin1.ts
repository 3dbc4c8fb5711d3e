/** Header fields are bytes: one character each (RFC 9110 §5.5). */

export const bytesOfLatin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

export const latin1Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
