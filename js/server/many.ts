/** What is done with many connections at once. */

import { Connection, PreparedMessage } from 'sansocket';
import { viewOf } from '../websocket/buffer-source.js';
import { closeReason } from '../websocket/close-arguments.js';
import { timeLimit } from '../websocket/driver-options.js';
import { insideOf } from '../websocket/inside.js';
import { utf8Length } from '../websocket/sender.js';
import type { WebSocketStream } from '../websocket/stream.js';
import type { WebSocket } from '../websocket/websocket.js';

/**
 * Sends one message to many connections. It is encoded once, and compressed once for each kind of compression that they
 * agreed. Those that are not open are left out.
 *
 * @returns to how many it was sent.
 */
export function broadcast(sockets: Iterable<WebSocket>, data: string | ArrayBuffer | ArrayBufferView): number {
  const message = new PreparedMessage(data);
  // By now it is known to be one or the other.
  const plain = typeof data === 'string' ? data : (viewOf(data) as Uint8Array);
  const length = typeof plain === 'string' ? utf8Length(plain) : plain.byteLength;
  let count = 0;
  try {
    for (const socket of sockets) {
      if (socket.readyState !== socket.OPEN) continue;
      const { sender } = insideOf(socket);
      if (sender === undefined) throw new TypeError('"socket" expected a WebSocket, got a WebSocketStream');
      sender.sendPrepared(message, plain, length);
      count += 1;
    }
  } finally {
    message.free();
  }
  return count;
}

/** Choices for {@link closeAll}. */
export interface CloseAllOptions {
  /** The status code: 1000–1003, 1007–1014 or 3000–4999. Default 1001: the server goes away (RFC 6455 §7.4.1). */
  readonly code?: number | undefined;
  /** At most 123 bytes of UTF-8. Default empty. */
  readonly reason?: string | undefined;
  /** Milliseconds until those that have not ended are reset, by the clock of each. Default: the `closeTimeout` of each. */
  readonly timeout?: number | undefined;
}

/**
 * Closes connections in an orderly way; fulfilled when all have ended. A code, a reason or a socket that cannot be is refused
 * before the first is closed.
 */
export async function closeAll(
  sockets: Iterable<WebSocket | WebSocketStream>,
  options: CloseAllOptions = {},
): Promise<void> {
  const { code = 1001, timeout } = options;
  const reason = closeReason(options.reason ?? '');
  checkCode(code);
  if (timeout !== undefined) timeLimit('options.timeout', timeout);
  const insides = [...sockets].map(insideOf);
  const closed = insides.map((inside) => inside.untilClosed());
  for (const inside of insides) {
    inside.close(code, reason);
    if (timeout !== undefined) inside.driver.endWithin(timeout);
  }
  await Promise.all(closed);
}

/** Which codes can be sent is for the codec to say. */
function checkCode(code: number): void {
  const connection = new Connection({ role: 'server' });
  try {
    connection.sendClose(code);
  } finally {
    connection.free();
  }
}
