/** Time limits and signs of life. */

import { type Clock, systemClock } from './clock.js';

/** What a driver does by the clock. All in milliseconds; `Infinity` spells "no limit". */
export interface DriverOptions {
  /** For everything until the connection is open. Default 30,000. */
  readonly handshakeTimeout?: number | undefined;
  /** For everything from the first Close to the end of the transport; then it is reset. Default 10,000. */
  readonly closeTimeout?: number | undefined;
  /** Between two Pings (RFC 6455 §5.5.2). Default `Infinity`: none is sent. */
  readonly pingInterval?: number | undefined;
  /**
   * From a Ping, or from what the peer has sent since, to its Pong; then the peer counts as gone, and the transport is reset. What
   * waited to be sent before the Ping takes of that time. Default: {@link pingInterval}.
   */
  readonly pongTimeout?: number | undefined;
  /** Time as tests want it. Default: the system's. */
  readonly clock?: Clock | undefined;
}

export interface DriverSettings {
  readonly handshakeTimeout: number;
  readonly closeTimeout: number;
  readonly pingInterval: number;
  readonly pongTimeout: number;
  readonly clock: Clock;
}

/** A time limit in milliseconds; what is none throws a `RangeError`. */
export function timeLimit(name: string, value: number): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new RangeError(`"${name}" expected milliseconds above 0, or Infinity, got ${String(value)}`);
}

/** The options with their defaults, checked. */
export function driverSettings(options: DriverOptions): DriverSettings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`"options" expected an object, got ${options === null ? 'null' : typeof options}`);
  const { clock = systemClock } = options;
  for (const name of ['now', 'setTimeout', 'clearTimeout'] as const) {
    if (typeof clock?.[name] !== 'function') throw new TypeError(`"options.clock.${name}" expected a function`);
  }
  const delay = (name: 'handshakeTimeout' | 'closeTimeout' | 'pingInterval' | 'pongTimeout', preset: number) =>
    timeLimit(`options.${name}`, options[name] ?? preset);
  const pingInterval = delay('pingInterval', Number.POSITIVE_INFINITY);
  return {
    handshakeTimeout: delay('handshakeTimeout', 30_000),
    closeTimeout: delay('closeTimeout', 10_000),
    pingInterval,
    pongTimeout: delay('pongTimeout', pingInterval),
    clock,
  };
}
