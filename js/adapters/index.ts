/** `sansocket/adapters`: transports out of what platforms hand out. */

export {
  type CreateTransportOptions,
  createTransport,
  type TransportSink,
  type TransportSource,
} from '../websocket/source.js';
export type { Transport } from '../websocket/transport.js';
export { type BunSocket, type BunSocketHandlers, bunSocketHandlers, fromBunSocket } from './bun.js';
export { type DataChannel, type FromDataChannelOptions, fromDataChannel } from './data-channel.js';
export { type DenoConn, fromDenoConn } from './deno.js';
export { fromLibp2pStream, type Libp2pStream } from './libp2p.js';
export { type FromMessagePortOptions, fromMessagePort, type MessagePortLike } from './message-port.js';
export { type FromNodeDuplexOptions, fromNodeDuplex, type NodeDuplex } from './node.js';
export { type TransportPairOptions, transportPair } from './pair.js';
