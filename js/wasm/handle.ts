/** An object inside the WebAssembly instance, and the end of its life. */

import { UsageError } from '../errors.js';
import type { Codec } from './codec.js';
import { currentCodec } from './loader.js';

/** Frees what was dropped without `free()`. A net only: it does not run within a synchronous loop. */
const dropped =
  typeof FinalizationRegistry === 'undefined'
    ? undefined
    : new FinalizationRegistry<{ codec: Codec; handle: number }>(({ codec, handle }) => {
        if (!codec.dead) codec.call('codec_free_object', handle);
      });

export class Handle {
  readonly #codec: Codec;
  readonly #value: number;
  #freed = false;

  /** Registers the object that `make` creates, to be freed with `owner` at the latest. */
  constructor(owner: object, make: (codec: Codec) => number) {
    this.#codec = currentCodec();
    this.#value = make(this.#codec) >>> 0;
    if (this.#value === 0) throw new UsageError('out_of_memory', 'no memory for another object');
    dropped?.register(owner, { codec: this.#codec, handle: this.#value }, this);
  }

  /** The instance that the object lives in. Throws after `free()`, and after the instance has crashed. */
  get codec(): Codec {
    if (this.#freed) throw new UsageError('use_after_free', 'the object was freed');
    this.#codec.requireAlive();
    return this.#codec;
  }

  /** Whether the object was freed. */
  get freed(): boolean {
    return this.#freed;
  }

  /** The number that names the object there. */
  get value(): number {
    return this.#value;
  }

  /** Ends the life of the object. A second call does nothing. */
  free(): void {
    if (this.#freed) return;
    this.#freed = true;
    dropped?.unregister(this);
    if (!this.#codec.dead) this.#codec.call('codec_free_object', this.#value);
  }
}
