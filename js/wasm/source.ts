/** The ways in which a WebAssembly module can be handed over. */

import { bytesOf } from '../arguments.js';
import { typeError } from '../errors.js';
import type { Bytes } from '../types.js';
import { type LazyModule, loadError } from './module.js';

/** What `fetch` gives: a `Response`, described so that its type is needed nowhere. */
export interface WasmResponse {
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/**
 * A compiled `WebAssembly.Module` (an opaque object, which not every set of types declares), the bytes of one, or a
 * response that carries them.
 */
export type WasmSource = Bytes | WasmResponse | object;

/** Compiles `source` and uses it for `module` from now on. Once that is there, it does nothing. */
export async function load(module: LazyModule, source: WasmSource | Promise<WasmSource>): Promise<void> {
  if (module.isThere) {
    // Nor does it matter whether a promise of one is kept.
    Promise.resolve(source).catch(() => {});
    return;
  }
  const given = await source;
  try {
    module.use(await compile(given));
  } catch (cause) {
    throw loadError(cause);
  }
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (!isResponse(source)) return WebAssembly.compile(bytesOf('source', source as Bytes));
  if (!source.ok) throw typeError('invalid_argument', `"source" expected the module, got HTTP status ${source.status}`);
  return WebAssembly.compile(await source.arrayBuffer());
}

function isResponse(source: WasmSource): source is WasmResponse {
  return typeof (source as Partial<WasmResponse> | null)?.arrayBuffer === 'function';
}
