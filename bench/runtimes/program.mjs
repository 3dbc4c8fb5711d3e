// For Node, Deno and Bun: prints the figures as JSON. The argument is the address of the server of bursts.

// By their paths: Bun puts a module of its own where `ws` is asked for.
import Receiver from '../../node_modules/ws/lib/receiver.js';
import * as api from '../../pkg/index.js';
import { measure } from './cells.mjs';

function decode(role, take) {
  const receiver = new Receiver({ isServer: role === 'server', extensions: {}, maxPayload: 1 << 20 });
  receiver.on('message', (data, isBinary) => take(isBinary ? data : data.toString()));
  receiver.on('error', (error) => {
    throw error;
  });
  return (chunk) => receiver.write(Buffer.from(chunk.buffer));
}

console.log(JSON.stringify(await measure(api, { decode }, process.argv[2])));
process.exit();
