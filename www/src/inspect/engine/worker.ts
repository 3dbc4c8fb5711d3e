/** The worker: the engine over one capture. It answers calls between the pieces of the capture that it reads. */

import type { FilterFault } from '../capture.js';
import { Instance } from './instance.js';
import type { CallName, Calls, EngineOptions, FromWorker, OpenResult, Part, ToWorker } from './protocol.js';

/** Bytes that are read at once: little at first, so that rows are there soon, and never so much that a call waits long. */
const FIRST_PIECE = 128 << 10;
const PIECE = 1 << 20;

/** Milliseconds between two reports of progress. */
const REPORT = 60;

/** Records of trouble that are kept. */
const MAX_TROUBLES = 200;

let engine: Instance | undefined;
/** The filter that is set. */
let filter: string | undefined;

const post = (message: FromWorker, transfer: Transferable[] = []): void =>
  (self as unknown as { postMessage(message: FromWorker, transfer: Transferable[]): void }).postMessage(
    message,
    transfer,
  );

type Handlers = {
  [Name in CallName]: (...args: Calls[Name]['args']) => Calls[Name]['result'] | Promise<Calls[Name]['result']>;
};

const handlers: Handlers = {
  open,
  rows: (numbers) => running().rows(numbers),
  detail: (n) => running().detail(n),
  layer: (n, layer) => running().layer(n, layer),
  check,
  match,
  timeline: (from, to, buckets) => running().timeline(from, to, buckets),
  connections: () => running().connections(),
  stats: () => running().stats(),
};

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') engine = new Instance(data.module);
  else void answer(data);
});

async function answer({ id, name, args }: Extract<ToWorker, { type: 'call' }>): Promise<void> {
  try {
    const handler = handlers[name] as (...args: readonly unknown[]) => unknown;
    const result = await handler(...args);
    const buffers = ArrayBuffer.isView(result) ? [result.buffer as ArrayBuffer] : [];
    post({ type: 'result', id, result }, buffers);
  } catch (error) {
    post({ type: 'failure', id, text: error instanceof Error ? error.message : String(error) });
  }
}

function running(): Instance {
  if (engine === undefined) throw new Error('the engine has not started');
  return engine;
}

async function open(parts: readonly Part[], options: EngineOptions): Promise<OpenResult> {
  const instance = running();
  instance.open({ ...options, index: true, records: ['capture', 'error', 'gap'], payload: 'none' });
  filter = undefined;
  const told = new Told();
  const total = parts.reduce((sum, { blob }) => sum + blob.size, 0);
  let read = 0;
  let work = 0;
  let reported = Number.NEGATIVE_INFINITY;
  for (const { blob, side } of parts) {
    for await (const bytes of piecesOf(blob)) {
      const before = performance.now();
      instance.feed(bytes, side);
      told.take(instance.take());
      const now = performance.now();
      work += now - before;
      read += bytes.length;
      if (now - reported > REPORT) {
        reported = now;
        post({ type: 'progress', frames: instance.frames, read: Math.min(read, total), total });
      }
    }
  }
  const before = performance.now();
  instance.finish();
  told.take(instance.take());
  work += performance.now() - before;
  post({ type: 'progress', frames: instance.frames, read: total, total });
  return { capture: told.capture, troubles: told.troubles, ms: work };
}

/** What the records say that are not about frames. */
class Told {
  capture: unknown;
  readonly troubles: unknown[] = [];

  take(lines: string): void {
    if (lines === '') return;
    for (const line of lines.trimEnd().split('\n')) {
      const record = JSON.parse(line) as { readonly type?: unknown };
      if (record.type === 'capture') this.capture ??= record;
      else if (this.troubles.length < MAX_TROUBLES) this.troubles.push(record);
    }
  }
}

/** The bytes of a file, decompressed if they are gzip. Reading a piece gives way to other calls. */
async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (first === 0x1f && second === 0x8b) {
    const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
    return;
  }
  for (let at = 0; at < blob.size; ) {
    const size = at === 0 ? FIRST_PIECE : PIECE;
    yield new Uint8Array(await blob.slice(at, at + size).arrayBuffer());
    at += size;
  }
}

function check(expression: string): FilterFault | undefined {
  filter = undefined;
  const fault = running().filter(expression);
  if (fault === undefined) {
    filter = expression;
    return undefined;
  }
  // From bytes of UTF-8 to units of UTF-16.
  const bytes = new TextEncoder().encode(expression);
  const units = (at: number) => new TextDecoder().decode(bytes.subarray(0, at)).length;
  return { at: units(fault.at), end: units(fault.end), text: fault.text };
}

function match(expression: string, from: number, count: number): Uint8Array {
  if (filter !== expression) {
    const fault = check(expression);
    if (fault !== undefined) throw new Error(`${fault.text} (at character ${fault.at + 1} of ${expression})`);
  }
  return running().match(from, count);
}
