// What can be seen of a connection, as plain values to compare.

import { concat, toHex } from './wire.mjs';

/** Takes all events. An error is replaced by what it says. */
export function eventsOf(connection) {
  return Array.from(connection.events(), plain);
}

export function plain(event) {
  return event.type === 'error' ? { type: 'error', ...errorOf(event.error) } : event;
}

/** What an error says, without its message and its stack. */
export function errorOf({ kind, code, closeCode, section, offset, frameIndex }) {
  return { kind, code, closeCode, section, offset, frameIndex };
}

/** Takes everything that is to be sent, in one piece. */
export function outputOf(connection) {
  return concat(...connection.dataToSend());
}

/** An event as the vectors write it: bytes as `hex`. */
export function asVector(event) {
  const { data, ...rest } = event;
  return data instanceof Uint8Array ? { ...rest, hex: toHex(data) } : event;
}
