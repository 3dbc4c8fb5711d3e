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

/** A Content Security Policy is the usual reason why WebAssembly cannot be compiled. */
export function loadError(cause: unknown): unknown {
  if (!/content security policy|blocked by csp|unsafe-eval|disallowed by embedder/i.test(String(cause))) return cause;
  const message =
    "the Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src, or import the .wasm file where the runtime asks for that";
  return new UsageError('csp_blocked', message, { cause });
}
