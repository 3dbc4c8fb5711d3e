/** `sansocket/websocket`: the `WebSocket` of the web platform, over any transport. */

export {
  type CreateTransportOptions,
  createTransport,
  type TransportSink,
  type TransportSource,
} from './source.js';
export type { Connect, ConnectRequest, ConnectResponse, Transport } from './transport.js';
