/**
 * `sansocket/slim`: the same without the WebAssembly module inside, for those who load `sansocket/codec.wasm`
 * themselves.
 *
 * @example
 * import { init, Connection } from 'sansocket/slim';
 * await init(fetch(new URL('codec.wasm', import.meta.url)));
 */

import { codecModule } from './wasm/loader.js';
import { load, type WasmSource } from './wasm/source.js';

export * from './api.js';
export type { WasmSource } from './wasm/source.js';

/** Takes the module, which must have happened before anything else is used. Later calls do nothing. */
export async function init(source: WasmSource | Promise<WasmSource>): Promise<void> {
  await load(codecModule, source);
}
