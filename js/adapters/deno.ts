/** Deno's connections as transports. */

import { createTransport, type TransportSink } from '../websocket/source.js';
import type { Transport } from '../websocket/transport.js';
import { checkMethods } from './arguments.js';

/** What is used of a `Deno.Conn`, by its shape: TCP, TLS and Unix connections have it. */
export interface DenoConn {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
  setNoDelay?(noDelay?: boolean): void;
}

const READ_SIZE = 64 << 10;

/**
 * A transport over a connection of Deno. The connection is one already by its `readable` and `writable`; but there the end of
 * either direction closes both, and here each ends for itself. An abort closes the connection, since Deno has no reset.
 *
 * @throws TypeError if `conn` is none.
 */
export function fromDenoConn(conn: DenoConn): Transport {
  checkMethods('conn', conn, 'Deno.Conn', ['read', 'write', 'closeWrite', 'close']);
  let room: Promise<void> | undefined;
  let resume = () => {};
  let closed = false;

  const close = () => {
    if (!closed) conn.close();
    closed = true;
    resume();
  };

  const read = async (sink: TransportSink) => {
    while (!closed) {
      await room;
      const bytes = new Uint8Array(READ_SIZE);
      const length = await conn.read(bytes);
      if (length === null) return sink.end();
      sink.data(bytes.subarray(0, length));
    }
  };

  return createTransport({
    start(sink) {
      conn.setNoDelay?.(true);
      read(sink).catch(sink.fail);
    },

    async write(bytes) {
      for (let at = 0; at < bytes.length; ) at += await conn.write(bytes.subarray(at));
    },

    end: () => conn.closeWrite(),
    abort: close,

    pause() {
      room ??= new Promise((resolve) => {
        resume = resolve;
      });
    },

    resume() {
      room = undefined;
      resume();
    },

    close,
  });
}
