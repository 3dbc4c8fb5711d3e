/** Which module engines are made of. An entry of the package provides it. */

import { LazyModule, loadError } from '../wasm/module.js';
import { Engine } from './engine.js';

export const engineModule = new LazyModule('the engine is not there: import sansocket/inspect');

/** A new engine; the module is compiled now if it was not before. */
export function newEngine(): Engine {
  try {
    return new Engine(engineModule.get());
  } catch (cause) {
    throw loadError(cause);
  }
}

/** An engine of the bytes of `inspector.wasm`. */
export function engineOf(wasm: Uint8Array): Engine {
  return new Engine(new WebAssembly.Module(wasm));
}
