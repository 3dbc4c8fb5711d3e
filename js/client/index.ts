/** `sansocket/client`: WebSockets from Node, Deno and Bun: over TCP, TLS, proxies, HTTP/2 and Unix domain sockets. */

import { createWebSocketStreamClass } from '../websocket/stream.js';
import { createWebSocketClass } from '../websocket/websocket.js';
import { connect } from './connect.js';

export {
  createWebSocketStreamClass,
  type WebSocketStreamClass,
  type WebSocketStreamOptions,
} from '../websocket/stream.js';
export { createWebSocketClass, type WebSocketClass, type WebSocketOptions } from '../websocket/websocket.js';
export { connect } from './connect.js';
export { ConnectError, type ConnectErrorInit } from './errors.js';
export { type OpenOptions, open } from './open.js';
export type { ConnectOptions, ProxyOptions, TcpOptions, TlsOptions } from './options.js';
export { type Environment, proxyFromEnvironment } from './proxy-env.js';

/** The `WebSocket` of the web platform, over TCP and TLS, through the proxy that the environment asks for. */
export const WebSocket = /* @__PURE__ */ createWebSocketClass(/* @__PURE__ */ connect());
export type WebSocket = InstanceType<typeof WebSocket>;

/** The `WebSocketStream` of the web platform, over the same. */
export const WebSocketStream = /* @__PURE__ */ createWebSocketStreamClass(/* @__PURE__ */ connect());
export type WebSocketStream = InstanceType<typeof WebSocketStream>;
