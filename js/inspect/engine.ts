/** The engine: `inspector.wasm`, which takes a capture in chunks and gives records. `inspector/README.md` has its calls. */

import { UsageError } from '../errors.js';
import type { EngineCalls, EngineExports } from './engine-calls.js';
import type { FilterFault, FrameDetail, FrameRow } from './rows.js';
import type { CaptureStats, ConnectionStats } from './stats.js';

/** How the bytes of a capture are read. */
export interface ReadingOptions {
  /** The name of the capture, for records. Default: none. */
  readonly source?: string | undefined;
  /** What it is. Default `auto`: its first bytes tell. */
  readonly from?: 'auto' | 'pcap' | 'pcapng' | 'har' | 'netlog' | 'raw' | 'ndjson' | undefined;
  /** Who sent bytes of an unknown side. Default `auto`: the handshake or the mask bit tells. */
  readonly side?: 'auto' | 'client' | 'server' | undefined;
  /**
   * Whether messages are compressed (RFC 7692). Default `auto`: as negotiated, or inferred where the handshake is not in
   * the capture. `off`: nothing is inflated; `assume`: with {@link deflateParams}, unless the handshake says otherwise.
   */
  readonly deflate?: 'auto' | 'off' | 'assume' | undefined;
  /** What is assumed: parameters as in `Sec-WebSocket-Extensions`. Default: windows of 32 KiB, and takeover. */
  readonly deflateParams?: string | undefined;
  /** Bytes of a message that are held; beyond that it is checked, but not kept. Default 64 MiB. */
  readonly maxMessage?: number | undefined;
  /** Bytes of a frame; a longer one is `length-implausible`, and looked beyond. Default 1 GiB. */
  readonly maxFrame?: number | undefined;
}

/** What is written of a capture. */
export interface RecordOptions {
  /** The types of records. Default: all but `message`. */
  readonly records?: readonly RecordType[] | undefined;
  /**
   * Only frames that match are written, and messages that do as a whole, with what belongs to them: an expression of the filter
   * language. Default: all.
   */
  readonly filter?: string | undefined;
  /** How much of payloads. Default `full`. */
  readonly payload?: 'full' | 'preview' | 'none' | undefined;
  /** Bytes of a payload in a record. Default: 256 for `preview`, else no limit. */
  readonly maxPayload?: number | undefined;
  /** How payload that is not text is written. Default `base64`. */
  readonly bytes?: 'base64' | 'hex' | undefined;
  /** Whether frames, unless they are longer than {@link ReadingOptions.maxMessage}, and handshakes carry their bytes as well. Default `false`. */
  readonly wire?: boolean | undefined;
}

export interface EngineOptions extends ReadingOptions, RecordOptions {
  /** Whether the capture is kept for random access. Default `false`. */
  readonly index?: boolean | undefined;
}

export type RecordType =
  | 'capture'
  | 'handshake'
  | 'frame'
  | 'message'
  | 'violation'
  | 'gap'
  | 'close'
  | 'error'
  | 'summary';

/** The side of bytes that are fed: of a file, or of one direction. */
export const Side = { File: 0, Client: 1, Server: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Options that are not valid, such as a filter; the message says what and where. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Bytes that go into the module at once. */
const SLICE = 1 << 20;

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** One instance of the module; it reads one capture after another. */
export class Engine {
  readonly #calls: EngineCalls;
  readonly #memory: EngineExports['memory'];
  readonly #self: number;
  readonly #status: number;
  /** Why the instance is dead, if it is. */
  #crash: unknown;

  /** @internal Node's declarations do not have this type. */
  constructor(module: WebAssembly.Module) {
    const imports: WebAssembly.Imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] = { ...imports[from], [name]: refuse };
    }
    const exports = new WebAssembly.Instance(module, imports).exports as unknown as EngineExports;
    this.#calls = exports;
    this.#memory = exports.memory;
    this.#self = this.#calls.inspector_new();
    this.#status = this.#calls.inspector_status(this.#self) >>> 0;
  }

  /** Begins a capture, and forgets the one before. Throws an {@link EngineError}. */
  open(options: EngineOptions): void {
    const length = this.#write(utf8.encode(JSON.stringify(options)));
    if (this.#call('open', length) !== 0) throw new EngineError(this.#text());
  }

  /** Takes the next bytes of the capture. */
  feed(bytes: Uint8Array, side: Side = Side.File): void {
    for (let start = 0; start < bytes.length; start += SLICE) {
      this.#call('feed', this.#write(bytes.subarray(start, start + SLICE)), side);
    }
  }

  /** The capture has ended. */
  finish(): void {
    this.#call('finish');
  }

  /** The records that are ready, as whole lines of NDJSON, about `most` bytes of them; empty if there is none. */
  take(most: number): Uint8Array<ArrayBuffer> {
    this.#call('take', most);
    return this.#output().slice();
  }

  /** Counts of the capture so far. */
  stats(): CaptureStats {
    this.#call('stats');
    return this.#json() as CaptureStats;
  }

  /** The catalogue as the engine has it. */
  catalogue(): unknown {
    this.#call('catalogue');
    return this.#json();
  }

  /** How many frames the index has; they count from 1. */
  get frames(): number {
    return this.#call('frames') >>> 0;
  }

  /** The rows of these frames. */
  rows(numbers: Uint32Array): (FrameRow | null)[] {
    this.#call('rows', this.#write(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)));
    return this.#json() as (FrameRow | null)[];
  }

  /** All that is known of a frame. */
  detail(n: number): FrameDetail | null {
    this.#call('detail', n);
    return this.#json() as FrameDetail | null;
  }

  /** The bytes of a frame: 0 on the wire, 1 unmasked, 2 inflated, 3 of its whole message. */
  layer(n: number, layer: number): Uint8Array<ArrayBuffer> {
    this.#call('layer', n, layer);
    return this.#output().slice();
  }

  connections(): ConnectionStats[] {
    this.#call('connections');
    return this.#json() as ConnectionStats[];
  }

  /** Sets the filter of {@link match}; gives what is wrong with it, in bytes of UTF-8. */
  filter(expression: string): FilterFault | undefined {
    const fault = this.#call('filter', this.#write(utf8.encode(expression))) !== 0;
    return fault ? (this.#json() as FilterFault) : undefined;
  }

  /** Which of so many frames match: a bit for each, the least significant first. */
  match(from: number, count: number): Uint8Array<ArrayBuffer> {
    this.#call('match', from, count);
    return this.#output().slice();
  }

  /** Makes a call. A crash kills the instance: every call after it says so, and gives the first cause. */
  #call<Name extends keyof EngineCalls extends `inspector_${infer Rest}` ? Rest : never>(
    name: Name,
    ...args: number[]
  ): number {
    if (this.#crash !== undefined) throw this.#crashed();
    const call = this.#calls[`inspector_${name}`] as (self: number, ...args: number[]) => number;
    try {
      return call(this.#self, ...args);
    } catch (cause) {
      this.#crash = cause;
      throw this.#crashed();
    }
  }

  #crashed(): UsageError {
    const message = 'the engine has crashed, most likely for lack of memory; read the capture anew, or less of it';
    return new UsageError('instance_dead', message, { cause: this.#crash });
  }

  #write(bytes: Uint8Array): number {
    const address = this.#call('reserve', bytes.length) >>> 0;
    if (address === 0) throw new UsageError('out_of_memory', 'no memory for so much of the capture');
    new Uint8Array(this.#memory.buffer, address, bytes.length).set(bytes);
    return bytes.length;
  }

  #output(): Uint8Array<ArrayBuffer> {
    const [address = 0, length = 0] = new Uint32Array(this.#memory.buffer, this.#status, 2);
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  #text(): string {
    return text.decode(this.#output());
  }

  #json(): unknown {
    return JSON.parse(this.#text());
  }
}

/** The one import that wasm-bindgen leaves: a call that is not allowed. */
function refuse(): never {
  throw new Error('a call into the engine was not allowed');
}
