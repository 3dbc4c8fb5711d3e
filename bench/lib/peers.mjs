// The same work by others. Each lane is one end of an open connection: `feed` takes a chunk, and `take` gets each message.

import { WebsocketFrameSend } from 'undici/lib/web/websocket/frame.js';
import undiciReceiver from 'undici/lib/web/websocket/receiver.js';
import undiciUtil from 'undici/lib/web/websocket/util.js';
import driver from 'websocket-driver';
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

/** websocket-driver, from behind the opening handshake. It is a server that may mask, and need not be sent masked frames. */
function openDriver(options) {
  const headers = {
    host: '127.0.0.1',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const opened = driver.http({ method: 'GET', url: '/', headers }, { maxLength: maxPayload, ...options });
  opened.on('error', (error) => {
    throw error;
  });
  opened.start();
  return opened;
}

export function driverReceiver(role, take) {
  const receiver = openDriver({ requireMasking: role === 'server' });
  receiver.on('message', ({ data }) => take(data));
  return { feed: (chunk) => receiver.parse(chunk) };
}

export function driverSender(masked) {
  const sender = openDriver({ masking: masked });
  let written = [];
  sender.io.on('data', (bytes) => written.push(bytes));
  return {
    send(data) {
      if (typeof data === 'string') sender.text(data);
      else sender.binary(Buffer.from(data.buffer, data.byteOffset, data.length));
    },
    drain() {
      const all = written;
      written = [];
      return all;
    },
  };
}

/** The frames that undici makes of texts, as its WebSocket does. */
export function undiciSender() {
  let written = [];
  return {
    send: (text) => written.push(...WebsocketFrameSend.createFastTextFrame(Buffer.from(text))),
    drain() {
      const all = written;
      written = [];
      return all;
    },
  };
}

/** ws, writing into a list: a text is encoded, as it would be by the socket. */
export function wsSender(masked) {
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
    send(data, fin = true) {
      const options = { fin, mask: masked, binary: typeof data !== 'string', compress: false };
      sender.send(data, options, undefined);
    },
    drain() {
      const all = written;
      written = [];
      return all;
    },
  };
}
