/** The worker: the engine over one capture. It answers calls between the pieces of the capture that it reads. */

import type { FilterFault } from '../capture.js';
import { Instance } from './instance.js';
import { withMessages } from './messages.js';
import type { CallName, Calls, FromWorker, Heads, OpenResult, Part, Reading, ToWorker, Writing } from './protocol.js';
import { Reader } from './reader.js';

/** Milliseconds between two reports of progress. */
const REPORT = 60;

/** Records of trouble that are kept. */
const MAX_TROUBLES = 200;

/** Connections whose heads are kept. */
const MAX_HEADS = 5000;

/** Bytes of records that are given at once. */
const TAKE = 1 << 18;

let engine: Instance | undefined;
/** The filter that is set. */
let filter: string | undefined;
/** What reads, and writes records meanwhile. */
let writing: AsyncGenerator<Uint8Array, void, undefined> | undefined;
const heads = new Map<number, Heads>();

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
  rows: (numbers, messages) => (messages ? withMessages(running(), numbers) : running().rows(numbers)),
  detail: (n) => running().detail(n),
  layer: (n, layer) => running().layer(n, layer),
  check,
  match,
  timeline: (from, to, buckets) => running().timeline(from, to, buckets),
  connections: () => running().connections(),
  heads: (conn) => heads.get(conn) ?? { request: null, response: null },
  stats: () => running().stats(),
  write: (parts, reading, wanted) => {
    writing = write(parts, reading, wanted);
    return undefined;
  },
  written: async () => (await writing?.next())?.value ?? new Uint8Array(0),
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
    // After a trap nothing of the instance can be relied upon: the page hears of it as of any crash.
    if (error instanceof WebAssembly.RuntimeError) reportError(error);
  }
}

function running(): Instance {
  if (engine === undefined) throw new Error('the engine has not started');
  return engine;
}

async function open(parts: readonly Part[], reading: Reading): Promise<OpenResult> {
  const instance = running();
  filter = undefined;
  heads.clear();
  const told = new Told();
  const reader = new Reader(instance, parts, reading);
  let work = 0;
  let reported = Number.NEGATIVE_INFINITY;
  for await (const { read, total, ms } of reader.run({
    index: true,
    records: ['capture', 'error', 'handshake'],
    wire: true,
    payload: 'none',
  })) {
    const before = performance.now();
    told.take(instance.text(Number.MAX_SAFE_INTEGER));
    const now = performance.now();
    work += ms + now - before;
    if (now - reported > REPORT || read === total) {
      reported = now;
      post({ type: 'progress', frames: instance.frames, read, total });
    }
  }
  const { notation, faults } = reader;
  return { capture: told.capture, notation, faults, troubles: told.troubles, ms: work };
}

/** What the records say that are not about frames. */
class Told {
  capture: unknown;
  readonly troubles: unknown[] = [];

  take(lines: string): void {
    if (lines === '') return;
    for (const line of lines.trimEnd().split('\n')) {
      const record = JSON.parse(line) as { type?: unknown; conn?: number; request?: string; response?: string };
      const { type, conn = 0, request = null, response = null } = record;
      if (type === 'capture') this.capture ??= record;
      else if (type === 'error' && this.troubles.length < MAX_TROUBLES) this.troubles.push(record);
      else if (type === 'handshake' && heads.size < MAX_HEADS) heads.set(conn, { request, response });
    }
  }
}

async function* write(
  parts: readonly Part[],
  reading: Reading,
  { records, filter: only, wire = false }: Writing,
): AsyncGenerator<Uint8Array, void, undefined> {
  const instance = running();
  const reader = new Reader(instance, parts, reading);
  for await (const _ of reader.run({ records, wire, ...(only === undefined ? {} : { filter: only }) })) {
    for (let lines = instance.take(TAKE); lines.length > 0; lines = instance.take(TAKE)) yield lines;
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

function match(expression: string, from: number, count: number, messages: boolean): Uint8Array {
  if (filter !== expression) {
    const fault = check(expression);
    if (fault !== undefined) throw new Error(`${fault.text} (at character ${fault.at + 1} of ${expression})`);
  }
  return running().match(from, count, messages);
}
