/** `sansocket` for edge runtimes that import WebAssembly with the `?module` suffix. */

import module from './codec.wasm?module';
import { codecModule } from './wasm/loader.js';

export * from './api.js';

codecModule.provide(() => module);

/** There is nothing to wait for here; it exists so that code for other runtimes works unchanged. */
export async function init(): Promise<void> {}
