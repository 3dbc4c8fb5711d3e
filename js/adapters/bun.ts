/** Bun's TCP, TLS and Unix sockets as transports. */

import { createTransport, type TransportSink, type TransportSource } from '../websocket/source.js';
import type { Transport } from '../websocket/transport.js';
import { checkMethods } from './arguments.js';
import { Turn } from './turn.js';

/** What is used of a socket of Bun, by its shape. */
export interface BunSocket {
  /** Kept by this adapter. */
  data: unknown;
  /** Returns how many bytes were taken; negative once the socket is closed. */
  write(bytes: Uint8Array, byteOffset?: number, byteLength?: number): number;
  /** Ends our direction. */
  shutdown(): void;
  end(): unknown;
  terminate(): void;
  pause(): void;
  resume(): void;
  setNoDelay(noDelay?: boolean): unknown;
  timeout(seconds: number): void;
}

/** The handlers that `Bun.listen` and `Bun.connect` take as `socket`, shared by all their sockets. */
export interface BunSocketHandlers {
  open(socket: BunSocket): void;
  data(socket: BunSocket, chunk: Uint8Array): void;
  drain(socket: BunSocket): void;
  end(socket: BunSocket): void;
  error(socket: BunSocket, error: Error): void;
  close(socket: BunSocket, error?: Error): void;
}

/**
 * The handlers for `Bun.listen` and `Bun.connect`. Give both `allowHalfOpen: true`, or Bun closes a socket as soon as its peer
 * has ended its direction.
 *
 * @param onOpen - gets the transport of each socket, in the task in which it opens.
 * @example
 * Bun.listen({ hostname, port, allowHalfOpen: true, socket: bunSocketHandlers(accept) });
 * function accept(transport) { acceptStream(transport, { origins: 'any' }); }
 *
 * const socket = await Bun.connect({ hostname, port, allowHalfOpen: true, socket: bunSocketHandlers() });
 * const transport = fromBunSocket(socket);
 */
export function bunSocketHandlers(onOpen?: (transport: Transport, socket: BunSocket) => void): BunSocketHandlers {
  return {
    open(socket) {
      const { transport } = stateOf(socket);
      onOpen?.(transport, socket);
    },
    data: (socket, chunk) => stateOf(socket).data(chunk),
    drain: (socket) => stateOf(socket).turn.come(),
    end: (socket) => stateOf(socket).sink?.end(),
    error: (socket, error) => stateOf(socket).lose(error),
    close: (socket, error) => stateOf(socket).socketClosed(error),
  };
}

/**
 * The transport of a socket whose handlers are those of {@link bunSocketHandlers}.
 *
 * @throws TypeError if they are others.
 */
export function fromBunSocket(socket: BunSocket): Transport {
  checkMethods('socket', socket, 'a socket of Bun', ['write', 'shutdown', 'terminate']);
  if (!(socket.data instanceof State)) {
    throw new TypeError('"socket" expected a socket with the handlers of bunSocketHandlers()');
  }
  return socket.data.transport;
}

/** Made at the first event, whichever that is. */
function stateOf(socket: BunSocket): State {
  if (socket.data instanceof State) return socket.data;
  const state = new State(socket);
  socket.data = state;
  return state;
}

/** One connection, as handlers that know nothing but the socket find it. */
class State implements TransportSource {
  readonly inTasks = true;
  readonly turn = new Turn();
  readonly transport: Transport;
  sink: TransportSink | undefined;
  readonly #socket: BunSocket;
  #closed = false;
  #ended = false;

  constructor(socket: BunSocket) {
    this.#socket = socket;
    this.transport = createTransport(this);
  }

  start(sink: TransportSink): void {
    this.sink = sink;
    this.#socket.timeout(0);
    this.#socket.setNoDelay(true);
  }

  data(chunk: Uint8Array): void {
    this.sink?.data(chunk);
  }

  lose(reason: unknown): void {
    this.#closed = true;
    this.turn.lose(reason);
    this.sink?.fail(reason);
  }

  /** Once we have ended, Bun tells no more of the peer's end than this. */
  socketClosed(error: Error | undefined): void {
    if (error === undefined && this.#ended) this.sink?.end();
    this.lose(error ?? new Error('the socket was closed before its end'));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; ; ) {
      this.turn.check();
      at += Math.max(0, this.#socket.write(bytes, at, bytes.length - at));
      if (at >= bytes.length) return;
      await this.turn.wait();
    }
  }

  end(): void {
    this.turn.check();
    this.#ended = true;
    this.#socket.shutdown();
  }

  abort(reason: unknown): void {
    this.turn.lose(reason);
    this.#socket.terminate();
  }

  pause(): void {
    if (!this.#closed) this.#socket.pause();
  }

  resume(): void {
    if (!this.#closed) this.#socket.resume();
  }

  close(): void {
    this.#socket.end();
  }
}
