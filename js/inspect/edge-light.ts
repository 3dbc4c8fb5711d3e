/** `sansocket/inspect` for edge runtimes that import WebAssembly with the `?module` suffix. */

import module from '../inspector.wasm?module';
import { engineModule } from './module.js';

export * from './api.js';

engineModule.provide(() => module);

/** There is nothing to wait for here; it exists so that code for other runtimes works unchanged. */
export async function init(): Promise<void> {}
