/** What a refusal says. */

import type { Duplex } from 'node:stream';
import { ChunkedEnd, isChunked } from '../websocket/chunked-end.js';
import { BODY_TIMEOUT } from '../websocket/refusal-body.js';
import { decodeChunked } from './chunked.js';
import { type StepOptions, step } from './step.js';

/** Bytes that are read of a body. */
const MAX_BODY = 64 << 10;

/**
 * Reads a body after its first bytes: up to its length or its last chunk, the end of the stream, the bound or the time limit. What
 * is missing then is left out; only an abort rejects.
 */
export async function readBody(
  stream: Duplex,
  first: Buffer,
  headers: Headers,
  options: StepOptions,
): Promise<Uint8Array> {
  const chunked = isChunked(headers.get('transfer-encoding')) ? new ChunkedEnd() : undefined;
  const length = Number(headers.get('content-length') ?? MAX_BODY);
  const wanted = Math.min(Number.isNaN(length) || chunked ? MAX_BODY : length, MAX_BODY);
  let body = first;
  chunked?.push(first);
  const isComplete = () => body.length >= wanted || chunked?.isReached === true;
  const timeout = Math.min(options.timeout, BODY_TIMEOUT);
  const reading = step<void>(stream, { ...options, timeout }, (done) => {
    const readable = () => {
      if (isComplete()) return done();
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        body = Buffer.concat([body, chunk]);
        chunked?.push(chunk);
      }
      if (isComplete()) done();
    };
    // There may be enough of it already.
    queueMicrotask(readable);
    return { readable, end: () => done() };
  });
  await reading.catch((error) => {
    if (options.signal.aborted) throw error;
  });
  return chunked === undefined ? body.subarray(0, wanted) : decodeChunked(body.subarray(0, wanted));
}
