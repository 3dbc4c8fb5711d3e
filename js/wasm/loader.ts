/** Which instance new objects live in: made at the first use, and again after a crash. */

import { Codec } from './codec.js';
import { LazyModule, loadError } from './module.js';

/** The module of the codec, as an entry of the package provides it. */
export const codecModule = new LazyModule('await init() before the first use of sansocket/slim');

let codec: Codec | undefined;

/** The instance for new objects. */
export function currentCodec(): Codec {
  if (codec === undefined || codec.dead) codec = instantiate();
  return codec;
}

/** Lets go of the instance: its memory is freed with the last object in it, and new objects live in a new one. */
export function recycle(): void {
  codec = undefined;
}

function instantiate(): Codec {
  try {
    return new Codec(codecModule.get());
  } catch (cause) {
    throw loadError(cause);
  }
}
