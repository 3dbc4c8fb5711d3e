/** `sansocket/inspect` for workerd, which compiles WebAssembly only when it is imported as a module. */

import module from '../inspector.wasm';
import { engineModule } from './module.js';

export * from './api.js';

engineModule.provide(() => module);

/** There is nothing to wait for here; it exists so that code for other runtimes works unchanged. */
export async function init(): Promise<void> {}
