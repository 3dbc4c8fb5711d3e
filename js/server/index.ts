/** `sansocket/server`: WebSockets for servers, on Node's HTTP servers and on any transport. */

export type { WebSocketStream } from '../websocket/stream.js';
export type { WebSocket } from '../websocket/websocket.js';
export { acceptHttp2, acceptHttp2Stream } from './http2.js';
export { broadcast, type CloseAllOptions, closeAll } from './many.js';
export type { Refusal, ServerOptions } from './options.js';
export { type AcceptStreamOptions, acceptStream, acceptWebSocketStream } from './stream.js';
export { acceptUpgrade, acceptUpgradeStream, refuseUpgrade } from './upgrade.js';
