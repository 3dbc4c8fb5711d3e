// What every testee does with a WebSocket of the class.

import { createWebSocketClass } from 'sansocket/websocket';
import { CLOSE_TIMEOUT, limits, perMessageDeflate } from './settings.mjs';

export const options = { perMessageDeflate, limits, closeTimeout: CLOSE_TIMEOUT };

/** Sends every message back. */
export function echo(socket) {
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) => socket.send(data);
}

/** A visitor for `runCases`, over the transports that `connect` gives. */
export function visitorOver(connect, authority) {
  const WebSocket = createWebSocketClass(connect, options);
  return (path, receive) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${authority}${path}`);
      echo(socket);
      if (receive) socket.onmessage = ({ data }) => receive(data);
      socket.onclose = () => resolve();
    });
}
