/** `sansocket/websocket`: the `WebSocket` and the `WebSocketStream` of the web platform, over any transport. */

export type { Clock } from './clock.js';
export type { DriverOptions } from './driver-options.js';
export type { OpeningOptions } from './opening.js';
export { OpeningError } from './opening-error.js';
export type { HeadersInit } from './request.js';
export {
  type CreateTransportOptions,
  createTransport,
  type TransportSink,
  type TransportSource,
} from './source.js';
export {
  createWebSocketStreamClass,
  type WebSocketClosedInfo,
  type WebSocketOpenInfo,
  type WebSocketStream,
  type WebSocketStreamClass,
  type WebSocketStreamInit,
  type WebSocketStreamOptions,
} from './stream.js';
export type { Connect, ConnectRequest, ConnectResponse, Transport } from './transport.js';
export {
  type BinaryType,
  createWebSocketClass,
  type WebSocket,
  type WebSocketClass,
  type WebSocketCloseEvent,
  type WebSocketErrorEvent,
  type WebSocketEventMap,
  type WebSocketInit,
  type WebSocketMessageEvent,
  type WebSocketOptions,
} from './websocket.js';
export { type WebSocketCloseInfo, WebSocketError } from './websocket-error.js';
