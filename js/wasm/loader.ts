/** Which instance new objects live in: made at the first use, and again after a crash. */

import { UsageError } from '../errors.js';
import { Codec } from './codec.js';

let compile: (() => WebAssembly.Module) | undefined;
let module: WebAssembly.Module | undefined;
let codec: Codec | undefined;

/** Tells how the module is had, when it is needed. An entry of the package does it once. @internal */
export function provideModule(source: () => WebAssembly.Module): void {
  compile ??= source;
}

/** Takes a module that is compiled already. @internal */
export function useModule(compiled: WebAssembly.Module): void {
  module ??= compiled;
}

/** Whether there is a module. */
export function hasModule(): boolean {
  return module !== undefined;
}

/** The instance for new objects. */
export function currentCodec(): Codec {
  if (codec === undefined || codec.dead) codec = instantiate();
  return codec;
}

/** Lets go of the instance: its memory is freed with the last object in it, and new objects live in a new one. */
export function recycle(): void {
  codec = undefined;
}

function instantiate(): Codec {
  try {
    module ??= compile?.();
    if (module !== undefined) return new Codec(module);
  } catch (cause) {
    throw loadError(cause);
  }
  throw new UsageError('not_initialized', 'await init() before the first use of sansocket/slim');
}

/** A Content Security Policy is the usual reason why WebAssembly cannot be compiled. */
export function loadError(cause: unknown): unknown {
  if (!/content security policy|blocked by csp|unsafe-eval|disallowed by embedder/i.test(String(cause))) return cause;
  const message =
    "the Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src, or import the .wasm file where the runtime asks for that";
  return new UsageError('csp_blocked', message, { cause });
}
