import assert from 'node:assert/strict';
import { docs as rooms, setupWSConnection } from '@y/websocket-server/utils';
import { WebSocketServer } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { overEachWay } from './support.mjs';

function serve(server) {
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', setupWSConnection);
  const stop = () => {
    sockets.close();
    // It keeps them, and their timers, for the next who comes.
    for (const doc of rooms.values()) doc.destroy();
    rooms.clear();
  };
  return { stop };
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
  const { awareness } = providers[1];
  const known = new Promise((resolve) =>
    awareness.on('change', ({ added, updated }) => resolve([...added, ...updated])),
  );
  providers[0].awareness.setLocalStateField('user', { name: 'ann' });
  await known;
  assert.deepEqual(awareness.getStates().get(docs[0].clientID)?.user, { name: 'ann' });
  for (const provider of providers) provider.destroy();
  for (const doc of docs) doc.destroy();
});
