/** `sansocket` for workerd, which compiles WebAssembly only when it is imported as a module. */

import module from './codec.wasm';
import { provideModule } from './wasm/loader.js';

export * from './api.js';

provideModule(() => module);

/** There is nothing to wait for here; it exists so that code for other runtimes works unchanged. */
export async function init(): Promise<void> {}
