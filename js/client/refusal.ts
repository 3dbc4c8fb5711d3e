/** What a refusal says. */

import type { Duplex } from 'node:stream';
import { type StepOptions, step } from './step.js';

/** Bytes that are read of a body. */
const MAX_BODY = 64 << 10;
/** Milliseconds that a body may take: the refusal is known already. */
const BODY_TIMEOUT = 2_000;

/**
 * Reads a body after its first bytes: up to its length, the end of the stream, the bound or the time limit. What is
 * missing then is left out; only an abort rejects.
 */
export async function readBody(stream: Duplex, first: Buffer, length: number, options: StepOptions): Promise<Buffer> {
  const wanted = Math.min(Number.isNaN(length) ? MAX_BODY : length, MAX_BODY);
  let body = first;
  const timeout = Math.min(options.timeout, BODY_TIMEOUT);
  const reading = step<void>(stream, { ...options, timeout }, (done) => {
    const readable = () => {
      if (body.length >= wanted) return done();
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null)
        body = Buffer.concat([body, chunk]);
      if (body.length >= wanted) done();
    };
    // There may be enough of it already.
    queueMicrotask(readable);
    return { readable, end: () => done() };
  });
  await reading.catch((error) => {
    if (options.signal.aborted) throw error;
  });
  return body.subarray(0, wanted);
}
