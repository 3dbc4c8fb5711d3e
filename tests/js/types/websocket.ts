// Compiled, never run: what the declarations of `sansocket/websocket` allow, and what they do not.

import { createWebSocketClass, type WebSocket, type WebSocketMessageEvent } from 'sansocket/websocket';

const WebSocketClass = createWebSocketClass(() => Promise.reject(new Error('no network')));
const socket: WebSocket = new WebSocketClass('ws://in.memory/', { protocols: ['chat'] });

// A listener can be taken away by what it was added with.
const onMessage = ({ data, origin }: WebSocketMessageEvent): void => console.log(data, origin);
socket.addEventListener('message', onMessage, { once: true });
socket.removeEventListener('message', onMessage);
socket.removeEventListener('message', onMessage, { capture: true });
socket.removeEventListener('close', ({ code, reason, wasClean }) => console.log(code, reason, wasClean), true);
socket.removeEventListener('error', function ({ error }) {
  console.log(error.message, this.readyState);
});
const listener = { handleEvent: (event: Event): void => console.log(event.type) };
socket.addEventListener('open', listener);
socket.removeEventListener('open', listener);
socket.removeEventListener('of no platform', null);
