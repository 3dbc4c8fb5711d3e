// What the server and the client over node:net share.

/** A peer that does not end the connection after the closing handshake is left. */
export const CLOSE_TIMEOUT = 10_000;

/** Generous, since what is echoed is given back at once. */
export const LIMITS = { maxMessageSize: 64 << 20, maxFragments: 1 << 20 };

/** Writes what a handshake or a connection has to send. */
export function write(socket, source) {
  for (const bytes of source.dataToSend()) socket.write(bytes);
}
