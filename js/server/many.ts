/** What is done with many connections at once. */

import { PreparedMessage } from 'sansocket';
import { closeReason } from '../websocket/close-arguments.js';
import { insideOf, type WebSocket } from '../websocket/websocket.js';

/**
 * Sends one message to many connections. It is encoded once, and compressed once for each kind of compression that they
 * agreed. Those that are not open are left out.
 *
 * @returns to how many it was sent.
 */
export function broadcast(sockets: Iterable<WebSocket>, data: string | ArrayBuffer | ArrayBufferView): number {
  const message = new PreparedMessage(data);
  const length = typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
  let count = 0;
  try {
    for (const socket of sockets) {
      if (socket.readyState !== socket.OPEN) continue;
      insideOf(socket).sender.sendPrepared(message, data, length);
      count += 1;
    }
  } finally {
    message.free();
  }
  return count;
}

/** Choices for {@link closeAll}. */
export interface CloseAllOptions {
  /** The status code. Default 1001: the server goes away (RFC 6455 §7.4.1). */
  readonly code?: number | undefined;
  /** At most 123 bytes of UTF-8. Default empty. */
  readonly reason?: string | undefined;
  /** Milliseconds until those that have not ended are reset. Default: the `closeTimeout` of each. */
  readonly timeout?: number | undefined;
}

/** Closes connections in an orderly way; fulfilled when all have ended. */
export async function closeAll(sockets: Iterable<WebSocket>, options: CloseAllOptions = {}): Promise<void> {
  const { code = 1001, reason = '', timeout } = options;
  const checked = closeReason(reason);
  const waiting = [...sockets].filter((socket) => socket.readyState !== socket.CLOSED);
  const ended = waiting.map((socket) => new Promise((resolve) => socket.addEventListener('close', resolve)));
  for (const socket of waiting) insideOf(socket).close(code, checked);
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (timeout !== undefined) {
    timer = setTimeout(() => {
      const error = new Error(`the connection was not closed within ${timeout} ms`);
      for (const socket of waiting) insideOf(socket).driver.abort(error);
    }, timeout);
  }
  await Promise.all(ended);
  clearTimeout(timer);
}
