/** Event handler attributes: `onopen` and the like (HTML §8.1.8.1). */

type Handler = ((event: Event) => unknown) | null;

interface Entry {
  readonly type: string;
  value: object;
  readonly listener: (event: Event) => void;
}

/** The handlers of one target. A handler has the place among the listeners at which it was first set, where that is for us to say. */
export class Handlers {
  readonly #target: EventTarget;
  /** A few at most. */
  #entries: readonly Entry[] = [];

  constructor(target: EventTarget) {
    this.#target = target;
  }

  get(type: string): Handler {
    return (this.#find(type)?.value as Handler | undefined) ?? null;
  }

  /** What is no object counts as `null`; an object that cannot be called is kept, and not called. */
  set(type: string, value: unknown): void {
    const entry = this.#find(type);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
      if (entry !== undefined) this.#target.removeEventListener(type, entry.listener);
      this.#entries = this.#entries.filter((each) => each !== entry);
      return;
    }
    if (entry !== undefined) {
      entry.value = value;
      return;
    }
    const made: Entry = {
      type,
      value,
      listener: (event: Event) => {
        if (typeof made.value === 'function') made.value.call(this.#target, event);
      },
    };
    this.#entries = [...this.#entries, made];
    if (!platformCalls()) this.#target.addEventListener(type, made.listener);
  }

  #find(type: string): Entry | undefined {
    return this.#entries.find((entry) => entry.type === type);
  }
}

let called: boolean | undefined;

/** Whether every `EventTarget` of the platform calls what it finds as `on…`: workerd's does, before the listeners. */
function platformCalls(): boolean {
  if (called === undefined) {
    called = false;
    const probe = Object.assign(new EventTarget(), {
      onprobe() {
        called = true;
      },
    });
    probe.dispatchEvent(new Event('probe'));
  }
  return called;
}
