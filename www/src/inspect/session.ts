/** From what somebody gives — a file, a text, a sample, a link — to a capture that is open. */

import { TELLING_BYTES, wrappingOf } from '../../../pkg/inspect/recognise.js';
import { hexOf, utf8Of } from '../../../pkg/inspect/visible.js';
import type { Capture, ConnectionInfo, Gap, Summary, Trouble } from './capture.js';
import { EngineCapture, type EngineStats } from './engine/engine-capture.js';
import type { OpenResult, Part, Reading } from './engine/protocol.js';
import { samples } from './samples.js';

/** Something to look at. */
export type Input =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'sample'; readonly name: string; readonly sample: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[] };

export type { Reading };

/** A sample by its name. */
export const sampleInput = (name: string): Input => ({
  kind: 'sample',
  name: samples.find((sample) => sample.name === name)?.title ?? name,
  sample: name,
});

/** It is read as what it looks like. */
export const guess: Reading = { from: '', side: '', deflate: '' };

/** What was given cannot be opened, however it is read. */
export class Refusal extends Error {}

/** A capture that is open, perhaps still being read. */
export interface Opened {
  readonly input: Input;
  readonly reading: Reading;
  /** What is read: to be read again for links and exports. */
  readonly parts: readonly Part[];
  readonly capture: Capture;
  readonly summary: Summary;
  readonly connections: readonly ConnectionInfo[];
  readonly gaps: readonly Gap[];
  /** The part that has been read, 0–1. */
  readonly progress: number;
  /** Seconds since 1970 of the first packet. */
  readonly epoch: number | null;
}

/**
 * Opens something. `onUpdate` is called as soon as there are rows, while more are read, and once all is; `onCrash` if the capture
 * can be asked nothing more.
 */
export async function open(
  input: Input,
  reading: Reading,
  onUpdate: (opened: Opened) => void,
  onCrash: (error: Error) => void,
): Promise<void> {
  const parts = await partsOf(input);
  const capture = new EngineCapture(onCrash);
  const opened = (summary: Summary, more: Partial<Opened>): Opened => ({
    input,
    reading,
    parts,
    capture,
    summary,
    connections: [],
    gaps: [],
    progress: 0,
    epoch: null,
    ...more,
  });
  const bytes = parts.reduce((sum, { blob }) => sum + blob.size, 0);
  try {
    const result = await capture.open(parts, reading, ({ frames, read, total }) => {
      if (frames > 0 && read < total) onUpdate(opened({ ...NOTHING, bytes, frames }, { progress: read / total }));
    });
    const [stats, connections] = await Promise.all([capture.stats(), capture.connections()]);
    const epoch = stats.start === null ? null : Date.parse(stats.start) / 1000;
    const gaps = connections.flatMap((connection) => connection.gaps).sort((a, b) => a.before - b.before);
    onUpdate(opened(summaryOf(bytes, stats, result), { connections, gaps, progress: 1, epoch }));
  } catch (error) {
    capture.close();
    throw error;
  }
}

const NOTHING: Summary = {
  kind: '',
  level: 'frame',
  bytes: 0,
  frames: 0,
  messages: 0,
  connections: 0,
  errors: 0,
  warnings: 0,
  notes: 0,
  troubles: [],
  ms: 0,
  duration: null,
};

function summaryOf(
  bytes: number,
  stats: EngineStats,
  { capture, notation, faults, troubles, ms }: OpenResult,
): Summary {
  const recognised = capture as { readonly kind?: string; readonly level?: string } | undefined;
  const kind = recognised?.kind;
  const { frames, messages, connections, errors, warnings, notes, seconds } = stats;
  return {
    // "raw" says less than what the text was read as.
    kind: kind === undefined || (kind === 'raw' && notation !== '') ? notation || 'bytes' : kind,
    level: recognised?.level === 'message' ? 'message' : 'frame',
    bytes,
    frames,
    messages,
    connections,
    errors,
    warnings,
    notes,
    troubles: [...faults.map((text) => ({ text, at: null })), ...troubles.map(troubleOf)],
    ms,
    duration: seconds,
  };
}

function troubleOf(record: unknown): Trouble {
  const { text, offset, packet } = record as Readonly<Record<string, unknown>>;
  const where = typeof packet === 'number' ? `packet ${packet.toLocaleString('en-US')}: ` : '';
  return { text: where + String(text), at: typeof offset === 'number' ? offset : null };
}

async function partsOf(input: Input): Promise<readonly Part[]> {
  if (input.kind === 'bytes') return [{ blob: new Blob([input.bytes]), side: 0 }];
  if (input.kind === 'text') return [{ blob: new Blob([input.text.trimStart()]), side: 0, typed: true }];
  if (input.kind === 'sample') {
    const sample = samples.find(({ name }) => name === input.sample);
    if (sample === undefined) throw new Refusal(`There is no sample ${input.sample}.`);
    return [{ blob: new Blob([await sample.make()]), side: 0 }];
  }
  const [first, second, ...more] = input.files;
  if (first === undefined) throw new Refusal('There is no file.');
  if (more.length > 0)
    throw new Refusal(
      `One capture, or the two directions of one connection: not ${input.files.length} files. Open one after the other.`,
    );
  return second === undefined ? [{ blob: first, side: 0 }] : bothSides(first, second);
}

/** Two files at once are the two directions: the one that begins with a request, or is masked, is the client's. */
async function bothSides(first: File, second: File): Promise<readonly Part[]> {
  for (const file of [first, second]) {
    if (await isWhole(file))
      throw new Refusal(
        `${file.name} is a capture or an archive, but two files at once are the two directions of one connection, as the bytes of a socket. Open it alone.`,
      );
  }
  const client = (await isClients(first)) || !(await isClients(second)) ? first : second;
  return [
    { blob: client, side: 1 },
    { blob: client === first ? second : first, side: 2 },
  ];
}

/** First bytes of pcap and pcapng; the first byte of a frame that is allowed is none of theirs. */
const PACKETS = ['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a'];

/** Whether a file is no direction of a connection, but packets, JSON or an archive. */
async function isWhole(file: File): Promise<boolean> {
  const beginning = new Uint8Array(await file.slice(0, TELLING_BYTES).arrayBuffer());
  const wrapping = wrappingOf(beginning);
  if (wrapping === 'gzip' || wrapping === 'zip') return true;
  if (PACKETS.includes(hexOf(beginning.subarray(0, 4)))) return true;
  return wrapping === 'capture' && new TextDecoder().decode(beginning).trimStart().startsWith('{');
}

async function isClients(file: File): Promise<boolean> {
  const beginning = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return utf8Of(beginning) === 'GET ' || ((beginning[1] ?? 0) & 0x80) !== 0;
}
