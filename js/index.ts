/**
 * `sansocket`: the WebSocket protocol without the socket.
 *
 * The WebAssembly module is inside and is compiled at the first use; importing does nothing.
 */

import { decodeBase64 } from './wasm/base64.js';
import { base64 } from './wasm/bytes.js';
import { codecModule } from './wasm/loader.js';
import { load } from './wasm/source.js';

export * from './api.js';

codecModule.provide(() => new WebAssembly.Module(decodeBase64(base64)));

/**
 * Compiles the module ahead of the first use, off the main thread where the runtime can. It need not be called, may be
 * called again, and matters where a page may not compile synchronously.
 */
export async function init(): Promise<void> {
  await load(codecModule, decodeBase64(base64));
}
