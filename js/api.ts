/** Everything that a user imports, whichever way the WebAssembly module is had. */

export { Connection } from './connection.js';
export type {
  CommitOptions,
  InputOptions,
  OutputOptions,
  SendBinaryOptions,
  SendContinuationOptions,
  SendOptions,
} from './connection-options.js';
export { CloseCode, Opcode, version } from './constants.js';
export type { PerMessageDeflateOptions } from './deflate.js';
export {
  ProtocolError,
  type ProtocolErrorCode,
  type ProtocolErrorInit,
  UsageError,
  type UsageErrorCode,
} from './errors.js';
export { FrameDecoderStream, FrameEncoderStream } from './frame-streams.js';
export {
  decodeFrames,
  encodeFrame,
  FrameDecoder,
  type FrameDecoderOptions,
  FrameEncoder,
  type FrameEncoderOptions,
} from './frames.js';
export {
  type AcceptOptions,
  ClientHandshake,
  type ClientHandshakeOptions,
  type HandshakeRequest,
  type HandshakeResponse,
  type HeaderFields,
  type HeadLimits,
  type RejectOptions,
  ServerHandshake,
  type ServerHandshakeOptions,
} from './handshake.js';
export { HandshakeError, type HandshakeErrorInit } from './handshake-error.js';
export { acceptKey, verifyAccept } from './key.js';
export { PreparedMessage } from './prepared.js';
export type * from './types.js';
export { recycle } from './wasm/loader.js';
