/** Connections that somebody else opened, as servers have them. */

import type { HandshakeRequest, ServerHandshake } from 'sansocket';
import type { Driver } from './driver.js';
import type { DriverOptions } from './driver-options.js';
import type { WebSocketOptions } from './websocket.js';

/** What a connection itself is told of the choices of its server. */
type AcceptedOptions = DriverOptions & Pick<WebSocketOptions, 'allowSynchronousEvents' | 'protocol' | 'extensions'>;

/** What a constructor takes instead of a URL. */
export class Accepted {
  readonly #scheme: 'ws' | 'wss';
  readonly options: AcceptedOptions;
  #start: ((driver: Driver) => void) | undefined;
  /** Decides on a request, and tells the driver. */
  readonly request: ((handshake: ServerHandshake, driver: Driver) => void) | undefined;

  /** `scheme`: that of the URL; the rest of it is in the request. */
  constructor(
    scheme: 'ws' | 'wss',
    options: AcceptedOptions,
    start: (driver: Driver) => void,
    request?: Accepted['request'],
  ) {
    this.#scheme = scheme;
    this.options = options;
    this.#start = start;
    this.request = request;
  }

  /** Starts the driver, once: what that needs, such as the request, is not held any longer. */
  start(driver: Driver): void {
    const start = this.#start;
    this.#start = undefined;
    start?.(driver);
  }

  /** The URL that a client asked for. What it wrote may be none. */
  urlOf(request: HandshakeRequest | undefined): URL | undefined {
    if (request === undefined) return undefined;
    const text = `${this.#scheme}://${request.host}${request.path}`;
    return URL.canParse(text) ? new URL(text) : undefined;
  }
}
