import assert from 'node:assert/strict';
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { WebSocketServer } from 'ws';
import { deferred, overEachWay } from './support.mjs';

const trpc = initTRPC.create();
const router = trpc.router({
  hello: trpc.procedure.query(() => 'world'),
  count: trpc.procedure.subscription(async function* () {
    for (const count of [1, 2, 3]) yield count;
  }),
});

function serve(server) {
  const wss = new WebSocketServer({ server });
  applyWSSHandler({ wss, router });
  return { stop: () => wss.close() };
}

overEachWay('tRPC wsLink', serve, async ({ WebSocket, host }) => {
  const ws = createWSClient({ url: `ws://${host}/`, WebSocket, retryDelayMs: () => 1e6 });
  const client = createTRPCClient({ links: [wsLink({ client: ws })] });
  assert.equal(await client.hello.query(), 'world');
  const counts = [];
  const done = deferred();
  client.count.subscribe(undefined, {
    onData: (count) => counts.push(count),
    onComplete: done.resolve,
    onError: done.reject,
  });
  await done.promise;
  assert.deepEqual(counts, [1, 2, 3]);
  await ws.close();
});
