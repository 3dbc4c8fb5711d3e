// The same work by others: ws, and Node's zlib called synchronously. Each is a lane, a connection of its own.

import { constants, createDeflateRaw, createInflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { PerMessageDeflate } from 'ws';

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const sync = { finishFlush: constants.Z_SYNC_FLUSH };

/** ws, by the class that its receivers and senders use. */
export function wsLane({ takeover, level }) {
  const lane = new PerMessageDeflate({ threshold: 0, zlibDeflateOptions: { level }, isServer: true });
  const field = takeover ? {} : { server_no_context_takeover: [true], client_no_context_takeover: [true] };
  lane.accept([field]);
  const promise = (method) => (bytes) =>
    new Promise((resolve, reject) => {
      lane[method](bytes, true, (error, result) => (error ? reject(error) : resolve(result)));
    });
  return { inflate: promise('decompress'), compress: promise('compress') };
}

/** Node's zlib on this thread. */
export function zlibLane({ takeover, level }) {
  if (!takeover) {
    return {
      inflate: (payload) => inflateRawSync(Buffer.concat([payload, TAIL]), sync),
      compress: (bytes) => deflateRawSync(bytes, { ...sync, level }).subarray(0, -TAIL.length),
    };
  }
  const [inflate, deflate] = [kept(createInflateRaw()), kept(createDeflateRaw({ level }))];
  return {
    inflate: (payload) => inflate(Buffer.concat([payload, TAIL])),
    compress: (bytes) => deflate(bytes).subarray(0, -TAIL.length),
  };
}

/** A stream of which each flush is waited for. Node closes it after a synchronous one, which must not happen here. */
function kept(stream) {
  const handle = stream._handle;
  handle.close = () => {};
  return (bytes) => {
    // The next result is written over this one.
    const result = Buffer.from(stream._processChunk(bytes, constants.Z_SYNC_FLUSH));
    stream._handle = handle;
    // Each call adds one.
    stream.removeAllListeners('error');
    return result;
  };
}
