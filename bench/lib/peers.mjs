// The same work by others. Each lane is one end of an open connection: `feed` takes a chunk, and `take` gets each message.

import undiciReceiver from 'undici/lib/web/websocket/receiver.js';
import undiciUtil from 'undici/lib/web/websocket/util.js';
import { Receiver, Sender } from 'ws';

/** The limit that the codec has by default, for those who have none. */
const maxPayload = 1 << 20;

/** ws as its WebSocket uses it. What it gives for a text is the bytes. */
export function wsReceiver(role, take) {
  const receiver = new Receiver({ isServer: role === 'server', maxPayload, extensions: {} });
  receiver.on('message', (data, isBinary) => take(isBinary ? data : data.toString()));
  receiver.on('error', (error) => {
    throw error;
  });
  return { feed: (chunk) => receiver.write(chunk) };
}

/** The parser inside undici, which is that of a client. */
export function undiciReceiverOf(take) {
  const parser = new undiciReceiver.ByteParser(
    { onMessage: (type, data) => take(type === 1 ? undiciUtil.utf8Decode(data) : data), socket: {} },
    null,
    { maxPayloadSize: maxPayload },
  );
  return { feed: (chunk) => parser.write(chunk) };
}

/** ws, writing into a list: a text is encoded, as it would be by the socket. */
export function wsSender() {
  let written = [];
  const socket = {
    cork() {},
    uncork() {},
    write(data) {
      written.push(typeof data === 'string' ? Buffer.from(data) : data);
      return true;
    },
  };
  const sender = new Sender(socket, {});
  return {
    send(data, masked) {
      const options = { fin: true, mask: masked, binary: typeof data !== 'string', compress: false };
      sender.send(data, options, undefined);
    },
    drain() {
      const all = written;
      written = [];
      return all;
    },
  };
}
