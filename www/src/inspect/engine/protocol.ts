/** What the page and its worker say to each other. */

import type { FilterFault } from '../capture.js';

/** A part of a capture, and who sent its bytes: 0 a file, 1 the client, 2 the server. */
export interface Part {
  readonly blob: Blob;
  readonly side: 0 | 1 | 2;
}

/** Options of the engine: the README of its crate has all. */
export interface EngineOptions {
  readonly side?: 'auto' | 'client' | 'server';
  readonly deflate?: 'auto' | 'off';
}

/** Calls of the worker: what they take, and what comes back. */
export interface Calls {
  open: { args: [parts: readonly Part[], options: EngineOptions]; result: OpenResult };
  rows: { args: [numbers: Uint32Array]; result: unknown };
  detail: { args: [n: number]; result: unknown };
  layer: { args: [n: number, layer: number]; result: Uint8Array };
  check: { args: [expression: string]; result: FilterFault | undefined };
  match: { args: [expression: string, from: number, count: number]; result: Uint8Array };
  timeline: { args: [from: number, to: number, buckets: number]; result: Uint32Array };
  connections: { args: []; result: unknown };
  stats: { args: []; result: unknown };
}

export type CallName = keyof Calls;

/** What was read: the first records other than those of frames, and what they say. */
export interface OpenResult {
  /** The record `capture`; `undefined` if nothing was recognised. */
  readonly capture: unknown;
  /** Records `error` and `gap`, the first of them. */
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
