import assert from 'node:assert/strict';
import { firstValueFrom } from 'rxjs';
import { take, toArray } from 'rxjs/operators';
import { webSocket } from 'rxjs/webSocket';
import { deferred, overEachWay, serveSockets } from './support.mjs';

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => socket.on('message', (data) => socket.send(`${data}`)));
  return { stop: () => sockets.close() };
};

overEachWay('rxjs webSocket', serve, async ({ WebSocket, host }) => {
  const closed = deferred();
  const subject = webSocket({
    url: `ws://${host}/`,
    protocol: 'mine',
    WebSocketCtor: WebSocket,
    closeObserver: { next: closed.resolve },
  });
  const received = firstValueFrom(subject.pipe(take(2), toArray()));
  subject.next({ a: 1 });
  subject.next(['b']);
  assert.deepEqual(await received, [{ a: 1 }, ['b']]);
  assert.equal((await closed.promise).wasClean, true);
});
