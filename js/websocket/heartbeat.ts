/** Keep-alive by Ping and Pong (RFC 6455 §5.5.2). */

import { Timer } from './clock.js';
import type { DriverSettings } from './driver-options.js';

interface Pulse {
  /** Sends a Ping; whether it could. */
  ping(data: string): boolean;
  /** No Pong came in time. */
  gone(error: Error): void;
}

/** One Ping after the other, each with a time limit; a new one only when the last was answered. */
export class Heartbeat {
  readonly #settings: DriverSettings;
  readonly #pulse: Pulse;
  readonly #next: Timer;
  readonly #limit: Timer;
  #count = 0;
  /** Of a Ping whose answer may have waited to be read, the round trip is not known. */
  #unanswered: { readonly data: string; sent: number | undefined } | undefined;
  /** Whether nobody reads: then a Pong cannot be found, and its lack says nothing. */
  #deaf = false;

  /** The milliseconds that the last answered Ping took. */
  roundTripTime: number | undefined;

  constructor(settings: DriverSettings, pulse: Pulse) {
    this.#settings = settings;
    this.#pulse = pulse;
    this.#next = new Timer(settings.clock);
    this.#limit = new Timer(settings.clock);
  }

  start(): void {
    this.#next.set(this.#settings.pingInterval, () => this.#beat());
  }

  stop(): void {
    this.#next.cancel();
    this.#limit.cancel();
    this.#unanswered = undefined;
  }

  /** A Pong with other data answers nothing: it may come unasked (RFC 6455 §5.5.3). */
  pong(data: Uint8Array): void {
    if (this.#unanswered === undefined || String.fromCharCode(...data) !== this.#unanswered.data) return;
    const { sent } = this.#unanswered;
    if (sent !== undefined) this.roundTripTime = this.#settings.clock.now() - sent;
    this.#unanswered = undefined;
    this.#limit.cancel();
  }

  /** The peer is there, whatever it has to do before it answers: the time for its Pong begins anew. */
  heard(): void {
    if (this.#unanswered !== undefined && !this.#deaf) this.#limitAnswer();
  }

  /** Nothing is read until {@link listen}. */
  hold(): void {
    this.#deaf = true;
    this.#limit.cancel();
    if (this.#unanswered !== undefined) this.#unanswered.sent = undefined;
  }

  /** Everything is read again. The time for a Pong begins anew. */
  listen(): void {
    if (!this.#deaf) return;
    this.#deaf = false;
    if (this.#unanswered !== undefined) this.#limitAnswer();
  }

  #beat(): void {
    this.start();
    if (this.#unanswered !== undefined) return;
    this.#count += 1;
    const data = `${this.#count}`;
    if (!this.#pulse.ping(data)) return;
    this.#unanswered = { data, sent: this.#deaf ? undefined : this.#settings.clock.now() };
    if (!this.#deaf) this.#limitAnswer();
  }

  #limitAnswer(): void {
    const { pongTimeout } = this.#settings;
    this.#limit.limit(pongTimeout, () =>
      this.#pulse.gone(new Error(`the peer did not answer a Ping within ${pongTimeout} ms`)),
    );
  }
}
