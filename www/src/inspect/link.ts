/**
 * A capture in a link: `1.<scheme>.<data>` in the fragment, which no server sees. Links are kept for ever, so the form has a
 * version, and its reader stays.
 *
 * Scheme `d` is deflate-raw, `0` is stored; the data is base64url of a length (u16), so many bytes of JSON, and the capture.
 */

import { formatBase64 } from '../../../pkg/inspect/base64.js';

/** What a link says beside the bytes. */
export interface LinkHead {
  /** The frame that is selected. */
  readonly n?: number | undefined;
  readonly layer?: string | undefined;
  readonly filter?: string | undefined;
  /** Who sent the bytes, if they do not tell. */
  readonly side?: 'client' | 'server' | undefined;
}

/** Characters that chat and mail pass on whole, and those beyond which a file is the better way. */
export const COMFORTABLE = 2000;
export const LARGEST = 64 << 10;

/** Bytes that a link may inflate to. */
const MAX_INFLATED = 8 << 20;

export async function encodeLink(head: LinkHead, bytes: Uint8Array): Promise<string> {
  const json = new TextEncoder().encode(JSON.stringify(head));
  const whole = new Uint8Array(2 + json.length + bytes.length);
  whole[0] = json.length >> 8;
  whole[1] = json.length & 0xff;
  whole.set(json, 2);
  whole.set(bytes, 2 + json.length);
  const packed = await through(whole, new CompressionStream('deflate-raw'), Number.POSITIVE_INFINITY);
  const [scheme, data] = packed.length < whole.length ? ['d', packed] : ['0', whole];
  return `1.${scheme}.${formatBase64(data).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** Reads a link. What it holds is data from a stranger: `undefined` if it is not well-formed or too large. */
export async function decodeLink(
  text: string,
): Promise<{ head: LinkHead; bytes: Uint8Array<ArrayBuffer> } | undefined> {
  const match = /^1\.([d0])\.([\w-]*)$/.exec(text);
  if (match === null) return undefined;
  try {
    const binary = atob((match[2] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const whole =
      match[1] === 'd' ? await through(packed, new DecompressionStream('deflate-raw'), MAX_INFLATED) : packed;
    const length = ((whole[0] ?? 0) << 8) | (whole[1] ?? 0);
    if (whole.length < 2 + length) return undefined;
    const json = new TextDecoder('utf-8', { fatal: true }).decode(whole.subarray(2, 2 + length));
    return { head: headOf(JSON.parse(json)), bytes: whole.slice(2 + length) };
  } catch {
    return undefined;
  }
}

function headOf(given: unknown): LinkHead {
  if (typeof given !== 'object' || given === null) return {};
  const { n, layer, filter, side } = given as Record<string, unknown>;
  return {
    n: Number.isSafeInteger(n) && Number(n) > 0 ? Number(n) : undefined,
    layer: typeof layer === 'string' ? layer : undefined,
    filter: typeof filter === 'string' ? filter : undefined,
    side: side === 'client' || side === 'server' ? side : undefined,
  };
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of chunksOf(new Blob([bytes]).stream().pipeThrough(stream))) {
    length += part.length;
    if (length > most) throw new Error('the link holds too much');
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Not every browser iterates over streams by itself. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}
