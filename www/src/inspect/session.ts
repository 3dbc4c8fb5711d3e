/** From what somebody gives — a file, a text, a sample, a link — to a capture that is open. */

import { bytesOfText } from '../../../pkg/inspect/notation.js';
import type { Capture, ConnectionInfo, Summary, Trouble } from './capture.js';
import { StreamCapture } from './stream-capture.js';

/** Something to look at. */
export type Input =
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array<ArrayBuffer>; readonly sample?: string }
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
  /** The bytes, where they are few enough for a link. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Opens something. `onUpdate` is called as soon as there are rows, while more are read, and once all is. */
export async function open(input: Input, reading: Reading, onUpdate: (opened: Opened) => void): Promise<void> {
  const started = performance.now();
  const { bytes, kind, troubles } = await bytesOf(input, reading);
  const receiver = reading.side === '' ? undefined : reading.side === 'client' ? 'server' : 'client';
  const capture = new StreamCapture(bytes, receiver);
  const connections = await capture.connections();
  const errors = connections.reduce((sum, connection) => sum + connection.errors, 0);
  const all = capture.trouble === undefined ? troubles : [...troubles, { text: capture.trouble, at: null }];
  const summary: Summary = {
    kind,
    level: 'frame',
    bytes: bytes.length,
    frames: capture.frames,
    messages: 0,
    connections: 1,
    errors,
    warnings: 0,
    notes: 0,
    troubles: all,
    ms: performance.now() - started,
    duration: null,
  };
  onUpdate({ input, reading, capture, summary, connections, progress: 1, bytes });
}

interface InputBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly kind: string;
  readonly troubles: readonly Trouble[];
}

async function bytesOf(input: Input, reading: Reading): Promise<InputBytes> {
  if (input.kind === 'bytes') return { bytes: input.bytes, kind: 'bytes', troubles: [] };
  if (input.kind === 'files') {
    const bytes = new Uint8Array(await (input.files[0] ?? new Blob()).arrayBuffer());
    return { bytes, kind: 'bytes', troubles: [] };
  }
  return bytesOfInputText(input.text, reading);
}

/** What is written as bytes, or is text that is a capture itself: JSON, or the head of a handshake. */
export function bytesOfInputText(text: string, { notation }: Pick<Reading, 'notation'>): InputBytes {
  const start = text.trimStart();
  if (notation === '' && /^[{[]\s*["{[]/.test(start) && /^[{[]/.test(start) && start.includes('"')) {
    return { bytes: new TextEncoder().encode(start), kind: 'JSON', troubles: [] };
  }
  if (notation === '' && /^(GET \S|HTTP\/1)/.test(start)) {
    return { bytes: new TextEncoder().encode(start.replace(/\r?\n/g, '\r\n')), kind: 'text', troubles: [] };
  }
  const { bytes, error, notation: read } = bytesOfText(text, notation === '' ? undefined : notation);
  const trouble = error && { text: `line ${error.line}, column ${error.column}: ${error.message}`, at: null };
  return { bytes, kind: read, troubles: trouble && text.trim() !== '' ? [trouble] : [] };
}
