/** A WebAssembly module that is compiled at its first use, or was handed over before. */

import { UsageError } from '../errors.js';

export class LazyModule {
  readonly #missing: string;
  #compile: (() => WebAssembly.Module) | undefined;
  #module: WebAssembly.Module | undefined;

  /** @param missing What those are told who use it before it is there. */
  constructor(missing: string) {
    this.#missing = missing;
  }

  /** Tells how the module is had, when it is needed. An entry of the package does it once. @internal */
  provide(compile: () => WebAssembly.Module): void {
    this.#compile ??= compile;
  }

  /** Takes a module that is compiled already; the first one counts. @internal */
  use(module: WebAssembly.Module): void {
    this.#module ??= module;
  }

  /** Whether it was compiled or handed over. */
  get isThere(): boolean {
    return this.#module !== undefined;
  }

  /** The module, compiled now if it was not before. @internal */
  get(): WebAssembly.Module {
    this.#module ??= this.#compile?.();
    if (this.#module === undefined) throw new UsageError('not_initialized', this.#missing);
    return this.#module;
  }
}

/** A module with an instruction of SIMD: `(func i32.const 0 i8x16.splat drop)`. */
// biome-ignore format: its lines are its sections
const simd = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0,
  1, 4, 1, 96, 0, 0,
  3, 2, 1, 0,
  10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
);

/** What the engine does not have. */
function lacking(): string | undefined {
  if (typeof WebAssembly === 'undefined') return 'WebAssembly';
  return WebAssembly.validate(simd) ? undefined : 'the SIMD instructions of WebAssembly';
}

/** Says why WebAssembly cannot be compiled: a Content Security Policy is the usual reason, an old engine the other. */
export function loadError(cause: unknown): unknown {
  if (/content security policy|blocked by csp|unsafe-eval|disallowed by embedder/i.test(String(cause))) {
    const message =
      "the Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src, or import the .wasm file where the runtime asks for that";
    return new UsageError('csp_blocked', message, { cause });
  }
  const name = (cause as Partial<Error> | null)?.name;
  // A module that is broken is named by the engine itself.
  const missing = name === 'CompileError' || name === 'ReferenceError' ? lacking() : undefined;
  if (missing === undefined) return cause;
  const message = `this JavaScript engine lacks ${missing}: Chrome 91, Firefox 89, Safari 16.4 and Node 20 have it`;
  return new UsageError('unsupported_engine', message, { cause });
}
