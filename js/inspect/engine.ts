/** The engine: `inspector.wasm`, which takes a capture in chunks and gives records. `inspector/README.md` has its calls. */

/** How a capture is read, and what is written of it. */
export interface EngineOptions {
  /** The name of the capture, for records. */
  readonly source?: string;
  /** What it is. Default `auto`. */
  readonly from?: 'auto' | 'pcap' | 'pcapng' | 'har' | 'netlog' | 'raw' | 'ndjson' | undefined;
  /** Who sent bytes of an unknown side. Default `auto`: the handshake or the mask bit tells. */
  readonly side?: 'auto' | 'client' | 'server' | undefined;
  readonly deflate?: 'auto' | 'off' | 'assume' | undefined;
  /** What is assumed: parameters as in `Sec-WebSocket-Extensions`. */
  readonly deflateParams?: string | undefined;
  /** The types of records to write. Default: all but `message`. */
  readonly records?: readonly RecordType[] | undefined;
  readonly payload?: 'full' | 'preview' | 'none' | undefined;
  /** Bytes of a payload in a record. Default: 256 for `preview`, else no limit. */
  readonly maxPayload?: number | undefined;
  /** How payload that is not text is written. Default `base64`. */
  readonly bytes?: 'base64' | 'hex' | undefined;
  /** Only frames that match are written. */
  readonly filter?: string | undefined;
  /** Whether frames and handshakes carry their bytes as well. */
  readonly wire?: boolean | undefined;
  /** Bytes of a message that are held. Default 64 MiB. */
  readonly maxMessage?: number | undefined;
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

/** The calls of the module that are used here. */
interface Calls {
  readonly memory: { readonly buffer: ArrayBuffer };
  inspector_new(): number;
  inspector_status(self: number): number;
  inspector_reserve(self: number, length: number): number;
  inspector_open(self: number, length: number): number;
  inspector_feed(self: number, length: number, side: number): number;
  inspector_finish(self: number): number;
  inspector_take(self: number, most: number): number;
  inspector_stats(self: number): number;
  inspector_catalogue(self: number): number;
}

/** Bytes that go into the module at once. */
const SLICE = 1 << 20;

const utf8 = new TextEncoder();

/** One instance of the module; it reads one capture after another. */
export class Engine {
  readonly #calls: Calls;
  readonly #self: number;
  readonly #status: number;

  /** @param wasm The bytes of `inspector.wasm`. */
  constructor(wasm: Uint8Array) {
    const module = new WebAssembly.Module(wasm);
    const imports: WebAssembly.Imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] = { ...imports[from], [name]: refuse };
    }
    this.#calls = new WebAssembly.Instance(module, imports).exports as unknown as Calls;
    this.#self = this.#calls.inspector_new();
    this.#status = this.#calls.inspector_status(this.#self);
  }

  /** Begins a capture, and forgets the one before. Throws an {@link EngineError}. */
  open(options: EngineOptions): void {
    const json = utf8.encode(JSON.stringify(options));
    this.#write(json);
    if (this.#calls.inspector_open(this.#self, json.length) !== 0) throw new EngineError(this.#text());
  }

  /** Takes the next bytes of the capture. */
  feed(bytes: Uint8Array, side: Side = Side.File): void {
    for (let start = 0; start < bytes.length; start += SLICE) {
      const slice = bytes.subarray(start, start + SLICE);
      this.#write(slice);
      this.#calls.inspector_feed(this.#self, slice.length, side);
    }
  }

  /** The capture has ended. */
  finish(): void {
    this.#calls.inspector_finish(this.#self);
  }

  /** The records that are ready, as whole lines of NDJSON, about `most` bytes of them; empty if there is none. */
  take(most: number): Uint8Array {
    this.#calls.inspector_take(this.#self, most);
    return this.#output().slice();
  }

  /** Counts of the capture so far. */
  stats(): unknown {
    this.#calls.inspector_stats(this.#self);
    return JSON.parse(this.#text());
  }

  /** The catalogue as the engine has it. */
  catalogue(): unknown {
    this.#calls.inspector_catalogue(this.#self);
    return JSON.parse(this.#text());
  }

  #write(bytes: Uint8Array): void {
    const address = this.#calls.inspector_reserve(this.#self, bytes.length);
    if (address === 0) throw new RangeError('no memory for the capture');
    new Uint8Array(this.#calls.memory.buffer, address, bytes.length).set(bytes);
  }

  #output(): Uint8Array {
    const [address = 0, length = 0] = new Uint32Array(this.#calls.memory.buffer, this.#status, 2);
    return new Uint8Array(this.#calls.memory.buffer, address, length);
  }

  #text(): string {
    return new TextDecoder().decode(this.#output());
  }
}

/** The one import that wasm-bindgen leaves: how the module fails. */
function refuse(): never {
  throw new RangeError('the engine ran out of memory');
}
