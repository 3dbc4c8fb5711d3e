/** `sansocket/server`: WebSockets for servers, on Node's HTTP servers and on any transport. */

export type { WebSocket } from '../websocket/websocket.js';
export { acceptHttp2 } from './http2.js';
export { broadcast, type CloseAllOptions, closeAll } from './many.js';
export type { Refusal, ServerOptions } from './options.js';
export { type AcceptStreamOptions, acceptStream } from './stream.js';
export { acceptUpgrade, refuseUpgrade } from './upgrade.js';
