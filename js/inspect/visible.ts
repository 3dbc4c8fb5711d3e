/** Bytes and text from strangers as text that is safe to show: nothing in it moves a cursor or turns a line around. */

/** Controls, formatting characters (bidirectional ones among them), lone surrogates, and the two line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const strictUtf8 = (): TextDecoder => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `text` with every character that is not for the eye as an escape: `\n`, `\x1b`, `\u202e`, `\u{e0041}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? escaped(character.codePointAt(0) as number));
}

/** What JSON leaves as it is of the same characters. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as JSON, with those characters as escapes of JSON: what is read of it is the same. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE_IN_JSON, (character) =>
    // One beyond the BMP is two.
    character.replace(/./gs, (unit) => `\\u${hexOfUnit(unit.charCodeAt(0))}`),
  );
}

const hexOfUnit = (unit: number): string => unit.toString(16).padStart(4, '0');

/** The text of `bytes`, or `undefined` if they are not UTF-8. `more`: they may end inside a character, which is left out. */
export function utf8Of(bytes: Uint8Array, more = false): string | undefined {
  try {
    return strictUtf8().decode(bytes, { stream: more });
  } catch {
    return undefined;
  }
}

/** Bytes as text where they are UTF-8; otherwise byte by byte, with all beyond ASCII as `\x80`. */
export function visibleBytes(bytes: Uint8Array, more = false): string {
  const text = utf8Of(bytes, more);
  if (text !== undefined) return visible(text);
  return Array.from(bytes, (byte) => (byte < 0x80 ? visible(String.fromCharCode(byte)) : escaped(byte))).join('');
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes in hex, two digits each. */
export function hexOf(bytes: Uint8Array, separator = ''): string {
  let text = '';
  for (const byte of bytes) text += text === '' ? PAIRS[byte] : separator + PAIRS[byte];
  return text;
}

function escaped(codePoint: number): string {
  const digits = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return codePoint < 0x1_0000 ? `\\u${hexOfUnit(codePoint)}` : `\\u{${digits}}`;
}
