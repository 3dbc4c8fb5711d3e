/** Message ports and workers as transports. */

import { type CreateTransportOptions, createTransport, type TransportSink } from '../websocket/source.js';
import type { Transport } from '../websocket/transport.js';
import { checkMethods } from './arguments.js';
import { Turn } from './turn.js';

/**
 * What is used of a `MessagePort`, a `Worker`, the global scope of a dedicated worker, and of Node's `MessagePort` and
 * `Worker`: by its shape.
 */
export interface MessagePortLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  // biome-ignore lint/suspicious/noExplicitAny: of every platform's events, whose own types are not alike
  addEventListener?(type: string, listener: (event: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  removeEventListener?(type: string, listener: (event: any) => void): void;
  /** Node's `Worker` is an `EventEmitter`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  on?(type: string, listener: (value: any) => void): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  off?(type: string, listener: (value: any) => void): unknown;
  start?(): void;
  close?(): void;
}

/** Choices for {@link fromMessagePort}. */
export interface FromMessagePortOptions extends CreateTransportOptions {
  /**
   * Whether each end tells how many bytes it has room for, and sends no more than the other has told: the backpressure that
   * ports lack. Both ends choose the same. Default true. Without it, what arrives while nobody reads waits up to
   * `maxPendingBytes`, and more than that fails the transport.
   */
  readonly credit?: boolean | undefined;
}

/** What goes over a port: bytes as an `ArrayBuffer`, or one of these. */
type Control =
  /** There is room for so many bytes more. */
  | { readonly type: 'credit'; readonly bytes: number }
  /** This direction has ended. */
  | { readonly type: 'end' }
  /** The connection is reset. */
  | { readonly type: 'abort'; readonly message: string };

/** The room that an end tells at first. */
const WINDOW = 256 << 10;

/**
 * A transport over a message port, or between a page and its worker. The peer has the same over the other port. Call it in the
 * task in which the port was received.
 *
 * Nothing else may go over the port: a message that is neither bytes nor of this adapter is an error. A port has no sign of
 * its peer's end: one is sent. Where the platform tells that the peer is gone, that is a loss. A worker outlives the connection:
 * once the transport is closed, aborted or lost, nothing of it listens any more, to errors of the worker neither.
 *
 * @throws TypeError if it is no port; for a `BroadcastChannel`, which has more than two ends, as well.
 */
export function fromMessagePort(port: MessagePortLike, options: FromMessagePortOptions = {}): Transport {
  checkMethods('port', port, 'MessagePort or Worker', ['postMessage']);
  // By name, since it may be of another realm, and Node has no tag for its channel.
  const kind = port.constructor.name;
  if (kind === 'BroadcastChannel' || kind === 'Window') {
    throw new TypeError(`"port" expected MessagePort or Worker, which have two ends, got ${kind}`);
  }
  const { credit: withCredit = true } = options;
  if (typeof withCredit !== 'boolean')
    throw new TypeError(`"options.credit" expected a boolean, got ${typeof withCredit}`);
  const turn = new Turn();
  /** Bytes that we may send, and bytes that the peer may be told of. */
  let credit = withCredit ? 0 : Number.POSITIVE_INFINITY;
  let owed = 0;
  let paused = true;

  const tell = (control: Control) => port.postMessage(control, []);
  const grant = () => {
    // Not for every chunk.
    if (paused || owed < WINDOW / 2) return;
    tell({ type: 'credit', bytes: owed });
    owed = 0;
  };
  /** The end, whatever it is: from then on the port is somebody else's. */
  let lose: (reason: unknown) => void = () => {};
  const release = () => {
    lose(new Error('the port was released before its end'));
    // Only what has `start` is a port of this connection's own: to close a worker's scope would end the worker.
    if (typeof port.start === 'function') port.close?.();
  };

  const receive = (sink: TransportSink, message: unknown) => {
    const bytes = bytesOf(message);
    if (bytes !== undefined) {
      if (withCredit) owed += bytes.length;
      sink.data(bytes);
      return grant();
    }
    const control = message as Control | null;
    switch (typeof control === 'object' ? control?.type : undefined) {
      case 'credit':
        if (withCredit) credit += (control as { bytes: number }).bytes;
        return turn.come();
      case 'end':
        return sink.end();
      case 'abort':
        return lose(new Error(`the peer has reset the connection: ${(control as { message: string }).message}`));
      default:
        lose(new TypeError('the port expected bytes, got a message of somebody else'));
        return release();
    }
  };

  return createTransport(
    {
      inTasks: true,

      start(sink) {
        const leave = listen(port, {
          message: (message) => receive(sink, message),
          messageerror: () => lose(new Error('a message of the port could not be read')),
          error: (error) => lose(error),
          // Of a port, by some platforms, and of Node's worker.
          close: () => lose(new Error('the port was closed before its end')),
          exit: () => lose(new Error('the worker has ended')),
        });
        lose = (reason) => {
          leave();
          owed = 0;
          turn.lose(reason);
          sink.fail(reason);
        };
        port.start?.();
        if (withCredit) tell({ type: 'credit', bytes: WINDOW });
      },

      async write(bytes) {
        turn.check();
        for (let at = 0; at < bytes.length; ) {
          while (credit <= 0) await turn.wait();
          // A copy, to be given away: others may have the caller's memory too. A slice of Node's `Buffer` would be none.
          const piece = new Uint8Array(bytes.subarray(at, at + credit));
          at += piece.length;
          credit -= piece.length;
          port.postMessage(piece.buffer, [piece.buffer]);
        }
      },

      end: () => tell({ type: 'end' }),

      abort(reason) {
        turn.lose(reason);
        tell({ type: 'abort', message: reason instanceof Error ? reason.message : String(reason) });
        release();
      },

      pause() {
        paused = true;
      },

      resume() {
        paused = false;
        grant();
      },

      close: release,
    },
    options,
  );
}

function bytesOf(message: unknown): Uint8Array | undefined {
  if (message instanceof ArrayBuffer) return new Uint8Array(message);
  if (message instanceof Uint8Array) return message;
  return undefined;
}

/** Listens with the values of events, whichever way the port tells them. Gives what ends that. */
function listen(port: MessagePortLike, listeners: Record<string, (value: unknown) => void>): () => void {
  const ends = Object.entries(listeners).map(([type, listener]) => {
    if (typeof port.addEventListener !== 'function') {
      port.on?.(type, listener);
      return () => port.off?.(type, listener);
    }
    const heard = (event: { data?: unknown; error?: unknown; message?: string }) => {
      listener(type === 'error' ? (event.error ?? new Error(event.message ?? 'the worker has failed')) : event.data);
    };
    port.addEventListener(type, heard);
    return () => port.removeEventListener?.(type, heard);
  });
  return () => {
    for (const end of ends) end();
  };
}
