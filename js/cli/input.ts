/** What is to be decoded: a file or standard input, raw or written down as text. */

import { createReadStream } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { beginsHead, HEAD_MARK } from '../inspect/head.js';
import { bytesOfText, type NotatedBytes } from '../inspect/notation.js';
import { visible } from '../inspect/visible.js';
import { UsageError } from './usage-error.js';

export type Format = 'bin' | 'hex' | 'base64';

/** Bytes of text that are read. All of it is in memory at once. */
const MAX_TEXT = 128 << 20;

/** Bytes that are given at once. */
const CHUNK = 1 << 16;

export interface Input {
  /** The bytes. Failures end them. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** What the input was read as, once something was. */
  readonly format: Format | undefined;
  /** Why the bytes ended early, if they did. Nothing in it needs escaping. */
  readonly trouble: string | undefined;
}

/** Opens a file, or standard input for `-`. Without a `format` the first bytes tell it. */
export function openInput(file: string, format: Format | undefined): Input {
  const input = { chunks, format, trouble: undefined as string | undefined };
  return input;

  async function* chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
    try {
      const source = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
      const first = await beginning(source);
      input.format ??= isText(first) && !beginsHead(first) ? undefined : 'bin';
      if (input.format === 'bin') {
        yield first;
        yield* rest(source);
      } else {
        yield* textChunks(await wholeText(first, source));
      }
    } catch (error) {
      input.trouble = readingFailed(error);
    }
  }

  async function* textChunks(text: string | undefined): AsyncGenerator<Uint8Array, void, undefined> {
    if (text === undefined) {
      input.trouble = `more than ${MAX_TEXT >> 20} MiB of text: make it binary first, as xxd -r does`;
      return;
    }
    const { notation, bytes, error } = bytesOfText(text, input.format === 'bin' ? undefined : input.format);
    input.format = notation === 'base64' ? 'base64' : 'hex';
    for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
    if (error !== undefined) input.trouble = notationFailed(notation, error);
  }
}

/** All that a file, or standard input for `-`, has. */
export async function readWhole(file: string): Promise<Uint8Array> {
  const stream = file === '-' ? process.stdin : createReadStream(file);
  const parts: Buffer[] = [];
  try {
    for await (const part of stream) parts.push(part as Buffer);
  } catch (error) {
    throw new UsageError(`${file === '-' ? 'standard input' : visible(file)}: ${readingFailed(error)}`);
  }
  return Buffer.concat(parts);
}

/** The first bytes, enough to tell what they are. */
async function beginning(source: AsyncIterator<Buffer, undefined>): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < HEAD_MARK) {
    const { value, done } = await source.next();
    if (done) break;
    bytes = Buffer.concat([bytes, value]);
  }
  return bytes;
}

async function* rest(source: AsyncIterator<Buffer, undefined>): AsyncGenerator<Buffer, void, undefined> {
  for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
}

async function wholeText(first: Buffer, source: AsyncIterator<Buffer, undefined>): Promise<string | undefined> {
  const parts = [first];
  let length = first.length;
  for await (const part of rest(source)) {
    length += part.length;
    if (length > MAX_TEXT) return undefined;
    parts.push(part);
  }
  return new TextDecoder().decode(Buffer.concat(parts));
}

/** Printable ASCII, perhaps behind a byte order mark. The first byte of a frame that is allowed is never printable. */
function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 3).equals(Buffer.of(0xef, 0xbb, 0xbf)) ? 3 : 0;
  return bytes.subarray(start).every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d));
}

function notationFailed(notation: string, { line, column, message }: NonNullable<NotatedBytes['error']>): string {
  return `line ${line}, column ${column}: ${message} (read as ${notation})`;
}

function readingFailed(error: unknown): string {
  const { errno, code, message } = error as NodeJS.ErrnoException;
  if (errno === undefined) return `cannot be read: ${code ?? message}`;
  return getSystemErrorMap().get(errno)?.[1] ?? `cannot be read: ${code}`;
}
