// The globals that every JavaScript runtime has and the language's own library does not declare: the whole platform that the
// API layer may use. Adding a name here adds a requirement to every runtime.
//
// This file is not published, so what exported types name must also be in both the DOM's and Node's declarations. `WebAssembly`
// is not in Node's: exported signatures describe what they take from it structurally.

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
  encodeInto(source: string, destination: Uint8Array): { read: number; written: number };
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBufferView | ArrayBufferLike, options?: { stream?: boolean }): string;
}

declare const crypto: {
  getRandomValues<T extends ArrayBufferView>(array: T): T;
};

declare function atob(data: string): string;
declare function btoa(data: string): string;

declare class URL {
  constructor(url: string | URL, base?: string | URL);
  readonly href: string;
}

declare class URLSearchParams {
  constructor(query: string);
  [Symbol.iterator](): IterableIterator<[name: string, value: string]>;
}

declare class Response {
  private constructor();
  readonly ok: boolean;
  readonly status: number;
  readonly url: string;
  arrayBuffer(): Promise<ArrayBuffer>;
}

declare function fetch(input: string | URL): Promise<Response>;

declare namespace WebAssembly {
  function validate(bytes: ArrayBufferView | ArrayBufferLike): boolean;

  type ImportValue = ((...args: never[]) => unknown) | Memory | Table;
  type Imports = Record<string, Record<string, ImportValue>>;

  class Module {
    constructor(bytes: ArrayBufferView | ArrayBufferLike);
    static imports(module: Module): { module: string; name: string; kind: string }[];
    static exports(module: Module): { name: string; kind: string }[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }

  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }

  class Table {
    private constructor();
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
    grow(delta: number): number;
  }

  class RuntimeError extends Error {}

  function compile(bytes: ArrayBufferView | ArrayBufferLike): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;

  /** Not on every runtime. */
  const compileStreaming: ((source: Response | Promise<Response>) => Promise<Module>) | undefined;
}

/** What a bundler or runtime that takes Wasm imports gives for one. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module;
  export default module;
}

interface ReadableStreamDefaultController<R> {
  readonly desiredSize: number | null;
  enqueue(chunk: R): void;
  close(): void;
  error(reason?: unknown): void;
}

interface WritableStreamDefaultController {
  error(reason?: unknown): void;
}

interface TransformStreamDefaultController<O> {
  readonly desiredSize: number | null;
  enqueue(chunk: O): void;
  error(reason?: unknown): void;
  terminate(): void;
}

declare class ReadableStream<R = unknown> {
  constructor(
    source?: {
      start?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>;
      pull?(controller: ReadableStreamDefaultController<R>): void | PromiseLike<void>;
      cancel?(reason?: unknown): void | PromiseLike<void>;
    },
    strategy?: { highWaterMark?: number },
  );
  readonly locked: boolean;
  cancel(reason?: unknown): Promise<void>;
}

declare class WritableStream<W = unknown> {
  constructor(sink?: {
    start?(controller: WritableStreamDefaultController): void | PromiseLike<void>;
    write?(chunk: W, controller: WritableStreamDefaultController): void | PromiseLike<void>;
    close?(): void | PromiseLike<void>;
    abort?(reason?: unknown): void | PromiseLike<void>;
  });
  readonly locked: boolean;
  abort(reason?: unknown): Promise<void>;
  close(): Promise<void>;
}

declare class TransformStream<I = unknown, O = unknown> {
  constructor(transformer?: {
    start?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
    transform?(chunk: I, controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
    flush?(controller: TransformStreamDefaultController<O>): void | PromiseLike<void>;
    cancel?(reason?: unknown): void | PromiseLike<void>;
  });
  readonly readable: ReadableStream<O>;
  readonly writable: WritableStream<I>;
}
