/** One instance of `inspector.wasm`: numbers go in, ranges of its memory come out. `inspector/README.md` has the calls. */

import type { EngineExports } from '../../../../pkg/inspect/engine-calls.js';
import type { FilterFault } from '../capture.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Instance {
  readonly #exports: EngineExports;
  readonly #self: number;
  readonly #status: number;

  constructor(module: WebAssembly.Module) {
    const imports: WebAssembly.Imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] = { ...imports[from], [name]: refuse };
    }
    this.#exports = new WebAssembly.Instance(module, imports).exports as unknown as EngineExports;
    this.#self = this.#exports.inspector_new();
    this.#status = this.#exports.inspector_status(this.#self) >>> 0;
  }

  /** Begins a capture. Throws what is wrong with the options. */
  open(options: unknown): void {
    const length = this.#write(encoder.encode(JSON.stringify(options)));
    if (this.#exports.inspector_open(this.#self, length) !== 0) throw new Error(this.#text());
  }

  feed(bytes: Uint8Array, side: number): void {
    this.#exports.inspector_feed(this.#self, this.#write(bytes), side);
  }

  finish(): void {
    this.#exports.inspector_finish(this.#self);
  }

  /** Records that wait, as lines of JSON: about so many bytes of them. */
  take(most: number): Uint8Array<ArrayBuffer> {
    this.#exports.inspector_take(this.#self, Math.min(most, 0xffff_ffff));
    return this.#output().slice();
  }

  /** The same as text. */
  text(most: number): string {
    this.#exports.inspector_take(this.#self, Math.min(most, 0xffff_ffff));
    return this.#text();
  }

  get frames(): number {
    return this.#exports.inspector_frames(this.#self) >>> 0;
  }

  /** Rows as JSON. */
  rows(numbers: Uint32Array): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    this.#exports.inspector_rows(this.#self, this.#write(bytes));
    return this.#output().slice();
  }

  detail(n: number): unknown {
    this.#exports.inspector_detail(this.#self, n);
    return this.#json();
  }

  layer(n: number, layer: number): Uint8Array<ArrayBuffer> {
    this.#exports.inspector_layer(this.#self, n, layer);
    return this.#output().slice();
  }

  connections(): unknown {
    this.#exports.inspector_connections(this.#self);
    return this.#json();
  }

  stats(): unknown {
    this.#exports.inspector_stats(this.#self);
    return this.#json();
  }

  /** Sets the filter of {@link match}; gives what is wrong with it, in bytes of UTF-8. */
  filter(expression: string): FilterFault | undefined {
    const length = this.#write(encoder.encode(expression));
    if (this.#exports.inspector_filter(this.#self, length) === 0) return undefined;
    return this.#json() as FilterFault;
  }

  match(from: number, count: number, messages: boolean): Uint8Array<ArrayBuffer> {
    this.#exports.inspector_match(this.#self, from, count, Number(messages));
    return this.#output().slice();
  }

  timeline(from: number, to: number, buckets: number): Uint32Array<ArrayBuffer> {
    this.#exports.inspector_timeline(this.#self, from, to, buckets);
    return new Uint32Array(this.#output().slice().buffer);
  }

  #write(bytes: Uint8Array): number {
    const address = this.#exports.inspector_reserve(this.#self, bytes.length) >>> 0;
    if (address === 0 && bytes.length > 0) throw new Error('there is no memory for so much of the capture');
    new Uint8Array(this.#exports.memory.buffer, address, bytes.length).set(bytes);
    return bytes.length;
  }

  #output(): Uint8Array<ArrayBuffer> {
    const [address = 0, length = 0] = new Uint32Array(this.#exports.memory.buffer, this.#status, 2);
    return new Uint8Array(this.#exports.memory.buffer, address, length);
  }

  #text(): string {
    return decoder.decode(this.#output());
  }

  #json(): unknown {
    return JSON.parse(this.#text());
  }
}

/** What the module calls when it cannot go on. */
function refuse(): never {
  throw new Error('the engine ran out of memory');
}
