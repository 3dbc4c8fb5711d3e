/** `sansocket` for workerd, which compiles WebAssembly only when it is imported as a module. */

import module from './codec.wasm';
import { codecModule } from './wasm/loader.js';

export * from './api.js';

codecModule.provide(() => module);

/** There is nothing to wait for here; it exists so that code for other runtimes works unchanged. */
export async function init(): Promise<void> {}
