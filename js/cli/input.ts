/** Where captures come from: files and standard input, unwrapped until they are what the engine reads. */

import { createReadStream } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { bytesOfText } from '../inspect/notation.js';
import { harOfZip } from '../inspect/playwright.js';
import { TELLING_BYTES, wrappingOf } from '../inspect/recognise.js';
import { visible } from '../inspect/visible.js';
import { statOf } from './files.js';
import { UsageError } from './usage-error.js';

export const kinds = ['auto', 'pcap', 'pcapng', 'har', 'netlog', 'hex', 'base64', 'raw', 'ndjson'] as const;
export type Kind = (typeof kinds)[number];

/** The most bytes of what has to be in memory at once: text that is read as a notation, and zip archives. */
const MAX_WHOLE = 128 << 20;

/** The most bytes that come out of gzip. */
const MAX_UNZIPPED = 2 ** 34;

/** Bytes that are read at once. */
const CHUNK = 1 << 20;

export interface Input {
  /** Its name, safe to print. */
  readonly name: string;
  /** Bytes of the file; `undefined` for what is no file. */
  readonly size: number | undefined;
  /** Bytes that were read so far, of those of the file. */
  readonly position: number;
  /** What its bytes are once they are unwrapped, for the engine. */
  readonly from: Exclude<Kind, 'hex' | 'base64'>;
  /** What was made of it and where it ended early: sentences, safe to print. */
  readonly notes: readonly string[];
  readonly troubles: readonly string[];
  /** The bytes. Failures end them. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** The name of a file as it is printed. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : visible(file);
}

/** Opens a file, or standard input for `-`; `interrupt` ends it early. */
export function openInput(file: string, kind: Kind, interrupt?: AbortSignal): Input {
  return new FileInput(file, kind, interrupt);
}

/** All that a file, or standard input for `-`, has. */
export async function readWhole(file: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of streamOf(file)) parts.push(part as Buffer);
  } catch (error) {
    throw new UsageError(`${nameOf(file)}: ${readingFailed(error)}`);
  }
  return Buffer.concat(parts);
}

class FileInput implements Input {
  readonly name: string;
  readonly size: number | undefined;
  readonly notes: string[] = [];
  readonly troubles: string[] = [];
  from: Exclude<Kind, 'hex' | 'base64'>;
  position = 0;
  readonly #file: string;
  readonly #kind: Kind;
  readonly #interrupt: AbortSignal | undefined;

  constructor(file: string, kind: Kind, interrupt: AbortSignal | undefined) {
    this.name = nameOf(file);
    this.size = file === '-' ? undefined : statOf(file)?.size;
    this.from = kind === 'hex' || kind === 'base64' ? 'raw' : kind;
    this.#file = file;
    this.#kind = kind;
    this.#interrupt = interrupt;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const stream = streamOf(this.#file);
    try {
      yield* this.#unwrapped(this.#bytes(stream));
    } catch (error) {
      if (!this.#interrupt?.aborted) this.troubles.push(readingFailed(error));
    } finally {
      // Whoever has seen enough does not wait for the writer of a pipe.
      stream.destroy();
    }
  }

  /** The bytes of the file. */
  async *#bytes(stream: ReturnType<typeof streamOf>): AsyncGenerator<Uint8Array, void, undefined> {
    const stop = (): void => void stream.destroy();
    this.#interrupt?.addEventListener('abort', stop);
    try {
      for await (const chunk of stream) {
        const bytes = chunk as Buffer;
        this.position += bytes.length;
        yield bytes;
        if (this.#interrupt?.aborted) return;
      }
    } finally {
      this.#interrupt?.removeEventListener('abort', stop);
    }
  }

  async *#unwrapped(source: AsyncGenerator<Uint8Array, void, undefined>): AsyncGenerator<Uint8Array, void, undefined> {
    const first = await beginning(source);
    const wrapping = wrappingOf(first);
    if (wrapping === 'gzip') yield* this.#unwrapped(gunzipped(first, source));
    else if (wrapping === 'zip') yield await unzipped(await whole(first, source));
    else if (this.#isText(wrapping === 'text')) yield* this.#notated(await whole(first, source));
    else {
      if (first.length > 0) yield first;
      yield* source;
    }
  }

  #isText(looksLikeIt: boolean): boolean {
    return this.#kind === 'auto' ? looksLikeIt : this.#kind === 'hex' || this.#kind === 'base64';
  }

  *#notated(text: Uint8Array): Generator<Uint8Array, void, undefined> {
    const forced = this.#kind === 'hex' || this.#kind === 'base64' ? this.#kind : undefined;
    const { notation, bytes, headers, error } = bytesOfText(new TextDecoder().decode(text), forced);
    this.from = 'raw';
    // What base64 or a hex stream holds may be a capture as well.
    if (this.#kind === 'auto' && wrappingOf(bytes) === 'capture') this.from = 'auto';
    this.notes.push(`read as ${names[notation]}, ${bytes.length} bytes`);
    if (headers > 0) this.notes.push(`${headers} bytes of headers of a packet were left out`);
    for (let start = 0; start < bytes.length; start += CHUNK) yield bytes.subarray(start, start + CHUNK);
    if (error !== undefined) {
      const { line, column, message } = error;
      this.troubles.push(`line ${line}, column ${column}: ${message} (read as ${names[notation]})`);
    }
  }
}

const names = { hex: 'hex', dump: 'a hex dump', string: 'a string', numbers: 'numbers', base64: 'base64' } as const;

function streamOf(file: string) {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK });
}

/** The first bytes, enough to tell what they are; fewer if nothing more comes for now would make a live input wait. */
async function beginning(source: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array> {
  let bytes: Uint8Array = new Uint8Array();
  // The beginnings of binary formats tell by four bytes; text is read to its end anyway.
  while (bytes.length < 4 || (bytes.length < TELLING_BYTES && wrappingOf(bytes) === 'text')) {
    const { value, done } = await source.next();
    if (done) break;
    bytes = bytes.length === 0 ? value : Buffer.concat([bytes, value]);
  }
  return bytes;
}

async function whole(first: Uint8Array, source: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array> {
  const parts = [first];
  let length = first.length;
  for await (const part of source) {
    length += part.length;
    if (length > MAX_WHOLE)
      throw new Error(`more than ${MAX_WHOLE >> 20} MiB of text or zip: make it binary first, as xxd -r does`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* gunzipped(
  first: Uint8Array,
  source: AsyncGenerator<Uint8Array, void, undefined>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = (await zlib()).createGunzip();
  const feeding = (async () => {
    try {
      gunzip.write(first);
      for await (const part of source) {
        if (!gunzip.write(part)) await new Promise((resolve) => gunzip.once('drain', resolve).once('close', resolve));
        if (gunzip.destroyed) return;
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error as Error);
    }
  })();
  let length = 0;
  for await (const part of gunzip) {
    length += (part as Buffer).length;
    if (length > MAX_UNZIPPED) throw new Error(`more than ${MAX_UNZIPPED / 2 ** 30} GiB come out of gzip`);
    yield part as Buffer;
  }
  await feeding;
}

async function unzipped(archive: Uint8Array): Promise<Uint8Array> {
  const { inflateRawSync } = await zlib();
  return harOfZip(archive, ({ bytes, size }) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }));
}

/** Loaded only when something is compressed: it takes time. */
const zlib = () => import('node:zlib');

function readingFailed(error: unknown): string {
  const { errno, code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return 'the gzip data is cut';
  if (code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE') return `cannot be unpacked: ${visible(message)}`;
  if (errno === undefined) return code === undefined ? visible(message) : `cannot be read: ${code}`;
  return getSystemErrorMap().get(errno)?.[1] ?? `cannot be read: ${code}`;
}
