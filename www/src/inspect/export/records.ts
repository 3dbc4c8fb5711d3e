/** The records of a capture, which the engine writes as it reads the capture once more. */

import { Belonging } from '../../../../pkg/inspect/belonging.js';
import type { InspectRecord } from '../../../../pkg/inspect/records.js';
import { EngineClient } from '../engine/client.js';
import type { Writing } from '../engine/protocol.js';
import type { Opened } from '../session.js';

/** What is read again. */
export type Source = Pick<Opened, 'parts' | 'reading'>;

/** Lines of NDJSON, in pieces of whole lines. */
export async function* linesOf(source: Source, writing: Writing): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const client = new EngineClient();
  try {
    yield* linesFrom(client, source, writing);
  } finally {
    client.close();
  }
}

/** The same as objects, in pieces: between two of them the page has its turn. */
export async function* recordsOf(source: Source, writing: Writing): AsyncGenerator<readonly InspectRecord[]> {
  for await (const lines of linesOf(source, writing)) yield parsed(lines);
}

/** The same by an engine that is there, and has nothing else to do. */
export async function* recordsFrom(
  client: EngineClient,
  source: Source,
  writing: Writing,
): AsyncGenerator<readonly InspectRecord[]> {
  for await (const lines of linesFrom(client, source, writing)) yield parsed(lines);
}

async function* linesFrom(
  client: EngineClient,
  { parts, reading }: Source,
  writing: Writing,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  await client.call('write', parts, reading, writing);
  const belonging = writing.filter === undefined ? undefined : new Belonging<string>();
  for (;;) {
    const lines = (await client.call('written')) as Uint8Array<ArrayBuffer>;
    if (lines.length === 0) return;
    const kept = belonging === undefined ? lines : keptOf(lines, belonging);
    if (kept.length > 0) yield kept;
  }
}

const text = new TextEncoder();
const utf8 = new TextDecoder();

const split = (lines: Uint8Array): readonly string[] => utf8.decode(lines).trimEnd().split('\n');

const keptOf = (lines: Uint8Array, belonging: Belonging<string>): Uint8Array<ArrayBuffer> =>
  text.encode(
    split(lines)
      .flatMap((line) => belonging.take(JSON.parse(line), line))
      .map((line) => `${line}\n`)
      .join(''),
  );

const parsed = (lines: Uint8Array): readonly InspectRecord[] =>
  split(lines).map((line) => JSON.parse(line) as InspectRecord);
