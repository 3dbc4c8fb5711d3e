/** What an input is, by its first bytes: only what has to be undone before the engine reads it. */

/** `text` is a notation of bytes, or base64; `capture` is for the engine, which recognises the rest. */
export type Wrapping = 'gzip' | 'zip' | 'text' | 'capture';

/** How many bytes tell. */
export const TELLING_BYTES = 512;

const BOM = [0xef, 0xbb, 0xbf];

/** Tells by the first bytes of an input, {@link TELLING_BYTES} of them if there are so many. */
export function wrappingOf(bytes: Uint8Array): Wrapping {
  const [first, second, third, fourth] = bytes;
  if (first === 0x1f && second === 0x8b) return 'gzip';
  if (first === 0x50 && second === 0x4b && third === 3 && fourth === 4) return 'zip';
  const text = BOM.every((byte, i) => bytes[i] === byte) ? bytes.subarray(BOM.length) : bytes;
  if (isCaptureText(new TextDecoder().decode(text.subarray(0, TELLING_BYTES)))) return 'capture';
  return isPrintable(text) ? 'text' : 'capture';
}

/** Whether text is for the engine by its beginning: JSON, or the head of a handshake. Else it is a notation of bytes. */
export function isCaptureText(beginning: string): boolean {
  // Lists of bytes may be JSON too: {"type":"Buffer","data":[129]} and {"0":129}.
  return /^(?:GET |HTTP\/|\s*\{\s*"(?!\d+"\s*:|type"\s*:\s*"Buffer"))/.test(beginning);
}

/** Printable ASCII. The first byte of a frame that is allowed never is. */
function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}
