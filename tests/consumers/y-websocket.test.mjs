// y-websocket brings no server any more: this one speaks the sync part of its protocol with its own libraries.

import assert from 'node:assert/strict';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { overEachWay, serveSockets } from './support.mjs';

const SYNC = 0;

function serve(server) {
  const doc = new Y.Doc();
  const sockets = serveSockets(server, (socket) => {
    socket.binaryType = 'arraybuffer';
    const send = (write) => {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      write(encoder);
      socket.send(encoding.toUint8Array(encoder));
    };
    doc.on('update', (update, origin) => {
      if (origin !== socket) send((encoder) => sync.writeUpdate(encoder, update));
    });
    socket.on('message', (data) => {
      const decoder = decoding.createDecoder(new Uint8Array(data));
      if (decoding.readVarUint(decoder) !== SYNC) return;
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      sync.readSyncMessage(decoder, encoder, doc, socket);
      if (encoding.length(encoder) > 1) socket.send(encoding.toUint8Array(encoder));
    });
    send((encoder) => sync.writeSyncStep1(encoder, doc));
  });
  return { stop: () => sockets.close() };
}

overEachWay('y-websocket', serve, async ({ WebSocket, host }) => {
  const docs = [new Y.Doc(), new Y.Doc()];
  const options = { WebSocketPolyfill: WebSocket, disableBc: true };
  const providers = docs.map((doc) => new WebsocketProvider(`ws://${host}`, 'room', doc, options));
  const [here, there] = docs.map((doc) => doc.getText('text'));
  here.insert(0, 'written here');
  while (there.toString() !== 'written here') await new Promise((resolve) => docs[1].once('update', resolve));
  there.insert(0, 'and ');
  while (here.toString() !== 'and written here') await new Promise((resolve) => docs[0].once('update', resolve));
  assert.equal(here.toString(), there.toString());
  for (const provider of providers) provider.destroy();
  for (const doc of docs) doc.destroy();
});
