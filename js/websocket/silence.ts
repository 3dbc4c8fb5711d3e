import type { Room } from './room.js';
import { nextTask } from './tasks.js';

/**
 * Waits until there is nothing more to come: until there is room for it, and nothing has come for two tasks, of which one may have
 * been needed to hand on what was there.
 */
export async function untilSilent(sound: Sound, room?: Room): Promise<void> {
  do {
    await room?.there;
    sound.forget();
    await nextTask();
    await nextTask();
  } while (sound.isHeard || room?.isShut === true);
}

/** Whether something has come lately. */
export class Sound {
  #isHeard = false;

  get isHeard(): boolean {
    return this.#isHeard;
  }

  make(): void {
    this.#isHeard = true;
  }

  forget(): void {
    this.#isHeard = false;
  }
}
