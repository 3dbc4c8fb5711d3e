/** What the page and its worker say to each other. */

import type { FilterFault } from '../capture.js';

/** A part of a capture, and who sent its bytes: 0 a file, 1 the client, 2 the server. */
export interface Part {
  readonly blob: Blob;
  readonly side: 0 | 1 | 2;
  /** Whether somebody typed or pasted it. */
  readonly typed?: boolean;
}

/** What a capture may be said to be: what the engine knows, and the notations of bytes. */
export const sourceKinds = ['pcap', 'pcapng', 'har', 'netlog', 'ndjson', 'raw', 'hex', 'base64'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** How it is to be read, where somebody knows better. */
export interface Reading {
  readonly from: '' | SourceKind;
  /** Who sent the bytes of an unknown side. */
  readonly side: '' | 'client' | 'server';
  /** `off` leaves compressed messages as they are. */
  readonly deflate: '' | 'off';
}

/** What is written of a capture: the README of the engine's crate has the options. */
export interface Writing {
  readonly records: readonly string[];
  readonly filter?: string | undefined;
  readonly wire?: boolean;
}

/** Calls of the worker: what they take, and what comes back. */
export interface Calls {
  open: { args: [parts: readonly Part[], reading: Reading]; result: OpenResult };
  /** Rows as JSON in UTF-8; with `messages` those of a message's first frame tell of all of it. */
  rows: { args: [numbers: Uint32Array, messages: boolean]; result: Uint8Array };
  detail: { args: [n: number]; result: unknown };
  layer: { args: [n: number, layer: number]; result: Uint8Array };
  check: { args: [expression: string]; result: FilterFault | undefined };
  /** With `messages` the bit of a message is that of its first frame. */
  match: { args: [expression: string, from: number, count: number, messages: boolean]; result: Uint8Array };
  timeline: { args: [from: number, to: number, buckets: number]; result: Uint32Array };
  connections: { args: []; result: unknown };
  heads: { args: [conn: number]; result: Heads };
  stats: { args: []; result: unknown };
  /** Reads a capture once more to write records of it, which `written` gives piece by piece; an empty one is the end. */
  write: { args: [parts: readonly Part[], reading: Reading, writing: Writing]; result: undefined };
  written: { args: []; result: Uint8Array };
}

export type CallName = keyof Calls;

/** The heads of a handshake as they were sent; `null` for one that is not in the capture. */
export interface Heads {
  readonly request: string | null;
  readonly response: string | null;
}

/** What was read. */
export interface OpenResult {
  /** The record `capture`; `undefined` if nothing was recognised. */
  readonly capture: unknown;
  /** The notation that the bytes were written in, and what could not be read of it; empty if they were none. */
  readonly notation: string;
  readonly faults: readonly string[];
  /** Records `error`, the first of them. */
  readonly troubles: readonly unknown[];
  /** Milliseconds of work. */
  readonly ms: number;
}

export type ToWorker =
  | { readonly type: 'start'; readonly module: WebAssembly.Module }
  | { readonly type: 'call'; readonly id: number; readonly name: CallName; readonly args: readonly unknown[] };

export type FromWorker =
  | { readonly type: 'progress'; readonly frames: number; readonly read: number; readonly total: number }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly text: string };
