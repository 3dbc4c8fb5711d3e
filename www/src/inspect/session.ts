/** From what somebody gives — a file, a text, a sample, a link — to a capture that is open. */

import { bytesOfText } from '../../../pkg/inspect/notation.js';
import { utf8Of } from '../../../pkg/inspect/visible.js';
import type { Capture, ConnectionInfo, Summary, Trouble } from './capture.js';
import { EngineCapture, type EngineStats } from './engine/engine-capture.js';
import type { OpenResult, Part } from './engine/protocol.js';
import { samples } from './samples.js';

/** Something to look at. */
export type Input =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'sample'; readonly name: string; readonly sample: string }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly File[] };

/** How it is to be read, where somebody knows better. */
export interface Reading {
  readonly notation: '' | 'hex' | 'base64';
  /** Who sent the bytes. */
  readonly side: '' | 'client' | 'server';
}

export const guess: Reading = { notation: '', side: '' };

/** A capture that is open, perhaps still being read. */
export interface Opened {
  readonly input: Input;
  readonly reading: Reading;
  readonly capture: Capture;
  readonly summary: Summary;
  readonly connections: readonly ConnectionInfo[];
  /** The part that has been read, 0–1. */
  readonly progress: number;
  /** Seconds since 1970 of the first packet. */
  readonly epoch: number | null;
  /** The bytes, where they are few enough for a link. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Bytes of a capture that a link may be made of: compressed, they may still fit. */
const LINKABLE = 4 << 20;

/** Text that is looked at as a notation of bytes. */
const MAX_TEXT = 64 << 20;

/** Opens something. `onUpdate` is called as soon as there are rows, while more are read, and once all is. */
export async function open(input: Input, reading: Reading, onUpdate: (opened: Opened) => void): Promise<void> {
  const source = await sourceOf(input, reading);
  const capture = new EngineCapture();
  const opened = (summary: Summary, more: Partial<Opened>): Opened => ({
    input,
    reading,
    capture,
    summary,
    connections: [],
    progress: 0,
    epoch: null,
    bytes: source.bytes,
    ...more,
  });
  const bytes = source.parts.reduce((sum, { blob }) => sum + blob.size, 0);
  const empty: Summary = {
    kind: source.kind,
    level: 'frame',
    bytes,
    frames: 0,
    messages: 0,
    connections: 0,
    errors: 0,
    warnings: 0,
    notes: 0,
    troubles: source.troubles,
    ms: 0,
    duration: null,
  };
  try {
    const side = reading.side === '' ? 'auto' : reading.side;
    const result = await capture.open(source.parts, { side }, ({ frames, read, total }) => {
      if (frames > 0 && read < total) onUpdate(opened({ ...empty, frames }, { progress: read / total }));
    });
    const [stats, connections] = await Promise.all([capture.stats(), capture.connections()]);
    const epoch = stats.start === null ? null : Date.parse(stats.start) / 1000;
    onUpdate(opened(summaryOf(empty, stats, result), { connections, progress: 1, epoch }));
  } catch (error) {
    capture.close();
    throw error;
  }
}

function summaryOf(empty: Summary, stats: EngineStats, { capture, troubles, ms }: OpenResult): Summary {
  const recognised = capture as { readonly kind?: string; readonly level?: string } | undefined;
  const kind = recognised?.kind;
  const { frames, messages, connections, errors, warnings, notes, seconds } = stats;
  return {
    ...empty,
    // "raw" says less than what the text was read as.
    kind: kind === undefined || (kind === 'raw' && empty.kind !== '') ? empty.kind || 'bytes' : kind,
    level: recognised?.level === 'message' ? 'message' : 'frame',
    frames,
    messages,
    connections,
    errors,
    warnings,
    notes,
    troubles: [...empty.troubles, ...troubles.map(troubleOf)],
    ms,
    duration: seconds,
  };
}

function troubleOf(record: unknown): Trouble {
  const { type, text, offset, packet, bytes, dir, at } = record as Readonly<Record<string, unknown>>;
  if (type === 'gap') {
    const many = typeof bytes === 'number' ? `${bytes.toLocaleString('en-US')} bytes` : 'bytes';
    const from = dir === 'c2s' ? 'the client' : 'the server';
    return { text: `${many} of ${from} are missing in the capture; what follows was found again`, at: Number(at) };
  }
  const where = typeof packet === 'number' ? `packet ${packet.toLocaleString('en-US')}: ` : '';
  return { text: where + String(text), at: typeof offset === 'number' ? offset : null };
}

interface Source {
  readonly parts: readonly Part[];
  /** What a text was read as; empty if the engine is to say. */
  readonly kind: string;
  readonly troubles: readonly Trouble[];
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

async function sourceOf(input: Input, reading: Reading): Promise<Source> {
  if (input.kind === 'bytes') {
    const { bytes } = input;
    return { ...whole(new Blob([bytes])), bytes: bytes.length <= LINKABLE ? bytes : undefined };
  }
  if (input.kind === 'sample') {
    const sample = samples.find(({ name }) => name === input.sample);
    if (sample === undefined) throw new Error(`There is no sample ${input.sample}.`);
    return { ...whole(new Blob([await sample.make()])), bytes: undefined };
  }
  if (input.kind === 'text') return sourceOfText(input.text, reading);
  const [first, second] = input.files;
  if (first === undefined) throw new Error('There is no file.');
  if (second !== undefined) return bothSides(first, second);
  const text = await textIn(first);
  if (text !== undefined) return sourceOfText(text, reading);
  const bytes = first.size <= LINKABLE ? new Uint8Array(await first.arrayBuffer()) : undefined;
  return { ...whole(first), bytes };
}

const whole = (blob: Blob): Omit<Source, 'bytes'> => ({ parts: [{ blob, side: 0 }], kind: '', troubles: [] });

function sourceOfText(text: string, reading: Reading): Source {
  const { bytes, kind, troubles } = bytesOfInputText(text, reading);
  return { ...whole(new Blob([bytes])), kind, troubles, bytes: bytes.length <= LINKABLE ? bytes : undefined };
}

/** Two files at once are the two directions: the one that begins with a request, or is masked, is the client's. */
async function bothSides(first: File, second: File): Promise<Source> {
  const client = (await isClients(first)) || !(await isClients(second)) ? first : second;
  const server = client === first ? second : first;
  const parts: Part[] = [
    { blob: client, side: 1 },
    { blob: server, side: 2 },
  ];
  return { parts, kind: 'two directions', troubles: [], bytes: undefined };
}

async function isClients(file: File): Promise<boolean> {
  const beginning = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return utf8Of(beginning) === 'GET ' || ((beginning[1] ?? 0) & 0x80) !== 0;
}

/** Bytes that tell whether a file is text. */
const TELLING = 512;

/** The text of a file that is a notation of bytes; JSON and heads are for the engine as they are. */
async function textIn(file: File): Promise<string | undefined> {
  if (file.size === 0 || file.size > MAX_TEXT) return undefined;
  const beginning = utf8Of(new Uint8Array(await file.slice(0, TELLING).arrayBuffer()), true);
  if (beginning === undefined || !/^[\x20-\x7e\s]*$/.test(beginning) || isCaptureText(beginning)) return undefined;
  return file.text();
}

const isCaptureText = (text: string): boolean => /^\s*[{[]\s*["{[]/.test(text) || isHead(text);

const isHead = (text: string): boolean => /^\s*(GET \S|HTTP\/1)/.test(text);

export interface TextBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly kind: string;
  readonly troubles: readonly Trouble[];
}

/** What is written as bytes, or is text that is a capture itself: JSON, or the head of a handshake. */
export function bytesOfInputText(text: string, { notation }: Pick<Reading, 'notation'>): TextBytes {
  const encode = (plain: string) => new TextEncoder().encode(plain);
  if (notation === '' && isHead(text)) {
    return { bytes: encode(text.trimStart().replace(/\r?\n/g, '\r\n')), kind: 'text', troubles: [] };
  }
  if (notation === '' && isCaptureText(text)) return { bytes: encode(text.trimStart()), kind: '', troubles: [] };
  const { bytes, error, notation: read } = bytesOfText(text, notation === '' ? undefined : notation);
  const trouble = error && { text: `line ${error.line}, column ${error.column}: ${error.message}`, at: null };
  return { bytes, kind: read, troubles: trouble && text.trim() !== '' ? [trouble] : [] };
}
