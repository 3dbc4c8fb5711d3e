/** Where captures come from: bytes and text at hand, streams, and whatever can be iterated. */

import { bytesOf } from '../arguments.js';
import { typeError } from '../errors.js';
import type { Bytes } from '../types.js';
import type { Sender } from './inspector.js';
import { bytesOfText } from './notation.js';
import { isCaptureText } from './recognise.js';

/** What is used of a `ReadableStream` of bytes. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

/** What is used of a `Blob`, such as a `File`. */
export interface ByteBlob {
  stream(): ByteStream;
}

/**
 * Bytes: at hand, as a stream (a `ReadableStream`, or one of Node), or anything else that gives pieces of them when it is
 * iterated; or a `Blob`. A string is a capture that is text (HAR, NetLog, NDJSON, a head), or bytes in any notation, such as
 * hex.
 */
export type ByteSource = Bytes | string | ByteStream | ByteBlob | AsyncIterable<Bytes> | Iterable<Bytes>;

/** What each end of one connection sent, as far as it is there. */
export interface BothSides {
  readonly client?: ByteSource | undefined;
  readonly server?: ByteSource | undefined;
}

/** A capture, or both directions of one connection. */
export type CaptureSource = ByteSource | BothSides;

/** A piece of a capture. */
export interface Chunk {
  readonly bytes: Uint8Array;
  /** Who sent it, where that is known from outside. */
  readonly from: Sender | undefined;
}

/** Pieces of a capture, pulled one by one. */
export interface Chunks {
  /** The next piece; `undefined` at the end. */
  next(): Promise<Chunk | undefined>;
  /** No more are wanted. Waits for nothing. */
  cancel(reason?: unknown): void;
}

/** The pieces of a source. Throws a `TypeError` for what is none. */
export function chunksOf(source: CaptureSource): Chunks {
  const { client, server } = sidesOf(source);
  if (client === undefined && server === undefined) return piecesOf('source', source as ByteSource, undefined);
  return merged([
    ...(client === undefined ? [] : [piecesOf('client', client, 'client')]),
    ...(server === undefined ? [] : [piecesOf('server', server, 'server')]),
  ]);
}

/** The two sides, if the source is an object that has nothing else: a socket has a `server` as well. */
function sidesOf(source: CaptureSource): BothSides {
  if (typeof source === 'string' || ArrayBuffer.isView(source)) return {};
  const { stream, getReader, iterate } = methodsOf(source as Exclude<ByteSource, string>);
  return (stream ?? getReader ?? iterate) === undefined ? { ...(source as BothSides) } : {};
}

function piecesOf(name: string, source: ByteSource, from: Sender | undefined): Chunks {
  const chunk = (value: Bytes): Chunk => ({ bytes: bytesOf(name, value), from });
  if (typeof source === 'string') return listed([chunk(bytesInText(name, source))]);
  const { stream, getReader, iterate } = methodsOf(source);
  if (stream !== undefined) return piecesOf(name, stream.call(source), from);
  if (getReader !== undefined) {
    const reader = getReader.call(source);
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done || value === undefined ? undefined : chunk(value);
      },
      cancel: (reason) => void reader.cancel(reason).catch(() => {}),
    };
  }
  // Bytes can be iterated as well, but give numbers.
  if (iterate === undefined || ArrayBuffer.isView(source)) return listed([chunk(source as Bytes)]);
  const iterator = iterate.call(source);
  return {
    next: async () => {
      const { done, value } = await iterator.next();
      return done ? undefined : chunk(value);
    },
    cancel: () => void Promise.resolve(iterator.return?.()).catch(() => {}),
  };
}

/** The methods by which pieces are had, as far as there are any. */
function methodsOf(source: Exclude<ByteSource, string>) {
  const object = Object(source) as Partial<ByteStream & ByteBlob & AsyncIterable<Bytes> & Iterable<Bytes>>;
  const { stream, getReader } = object;
  const iterate: (() => AsyncIterator<Bytes> | Iterator<Bytes>) | undefined =
    object[Symbol.asyncIterator] ?? object[Symbol.iterator];
  return { stream, getReader, iterate };
}

function listed(chunks: Chunk[]): Chunks {
  return { next: async () => chunks.shift(), cancel: () => {} };
}

/** Whatever comes first of several sources. */
function merged(parts: readonly Chunks[]): Chunks {
  const waiting = new Map<Chunks, Promise<{ readonly part: Chunks; readonly chunk: Chunk | undefined }>>();
  const ask = (part: Chunks): void => {
    const next = part.next().then((chunk) => ({ part, chunk }));
    // It is awaited below, perhaps later than it fails.
    next.catch(() => {});
    waiting.set(part, next);
  };
  let begun = false;
  return {
    next: async () => {
      if (!begun) for (const part of parts) ask(part);
      begun = true;
      while (waiting.size > 0) {
        const { part, chunk } = await Promise.race(waiting.values());
        waiting.delete(part);
        if (chunk === undefined) continue;
        ask(part);
        return chunk;
      }
      return undefined;
    },
    cancel: (reason) => {
      for (const part of parts) part.cancel(reason);
    },
  };
}

/** What a text is for the engine: itself if it is a capture, else the bytes that it writes down. */
function bytesInText(name: string, text: string): Uint8Array {
  if (isCaptureText(text)) return new TextEncoder().encode(text);
  const { bytes, notation, error } = bytesOfText(text);
  if (error === undefined) return bytes;
  const place = `line ${error.line}, column ${error.column}`;
  throw typeError('invalid_argument', `"${name}", ${place}: ${error.message} (read as ${notation})`);
}
