/** The events of the class, where the platform has none. */

import { shapeAsInterface } from './shape.js';

/** What a `close` event says. */
export interface CloseEventInit extends EventInit {
  readonly code?: number;
  readonly reason?: string;
  readonly wasClean?: boolean;
}

/** What an `error` event says. */
export interface ErrorEventInit extends EventInit {
  readonly message?: string;
  readonly error?: unknown;
}

/** What a `message` event says. */
export interface MessageEventInit extends EventInit {
  readonly data?: unknown;
  readonly origin?: string;
}

class OwnMessageEvent extends Event {
  readonly #data: unknown;
  readonly #origin: string;

  constructor(type: string, init: MessageEventInit = {}) {
    super(type, init);
    this.#data = init.data ?? null;
    this.#origin = String(init.origin ?? '');
  }

  get data(): unknown {
    return this.#data;
  }

  get origin(): string {
    return this.#origin;
  }
}

class OwnCloseEvent extends Event {
  readonly #code: number;
  readonly #reason: string;
  readonly #wasClean: boolean;

  constructor(type: string, init: CloseEventInit = {}) {
    super(type, init);
    this.#code = Number(init.code ?? 0) & 0xffff;
    this.#reason = String(init.reason ?? '');
    this.#wasClean = Boolean(init.wasClean);
  }

  get code(): number {
    return this.#code;
  }

  get reason(): string {
    return this.#reason;
  }

  get wasClean(): boolean {
    return this.#wasClean;
  }
}

class OwnErrorEvent extends Event {
  readonly #message: string;
  readonly #error: unknown;

  constructor(type: string, init: ErrorEventInit = {}) {
    super(type, init);
    this.#message = String(init.message ?? '');
    this.#error = init.error;
  }

  get message(): string {
    return this.#message;
  }

  get error(): unknown {
    return this.#error;
  }
}

type Constructor<I> = new (type: string, init?: I) => Event;

const platform = globalThis as {
  MessageEvent?: Constructor<MessageEventInit>;
  CloseEvent?: Constructor<CloseEventInit>;
  ErrorEvent?: Constructor<ErrorEventInit>;
};

/** Named as the platform's: libraries make copies by `new event.constructor(event.type, event)`. */
function named<C extends Constructor<never>>(name: string, own: C): C {
  shapeAsInterface(own, name, 1);
  return own;
}

export const MessageEvent = platform.MessageEvent ?? named('MessageEvent', OwnMessageEvent);
export const CloseEvent = platform.CloseEvent ?? named('CloseEvent', OwnCloseEvent);
export const ErrorEvent = platform.ErrorEvent ?? named('ErrorEvent', OwnErrorEvent);
