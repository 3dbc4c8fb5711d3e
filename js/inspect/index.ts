/**
 * `sansocket/inspect`: captures of WebSocket in, every frame explained, every violation of RFC 6455 and RFC 7692 named.
 *
 * It has a WebAssembly module of its own inside, which is compiled at the first use; importing does nothing.
 */

import { decodeBase64 } from '../wasm/base64.js';
import { load } from '../wasm/source.js';
import { base64 } from './bytes.js';
import { engineModule } from './module.js';

export * from './api.js';

engineModule.provide(() => new WebAssembly.Module(decodeBase64(base64)));

/**
 * Compiles the module ahead of the first use, off the main thread where the runtime can. It need not be called, may be
 * called again, and matters where a page may not compile synchronously.
 */
export async function init(): Promise<void> {
  await load(engineModule, decodeBase64(base64));
}
