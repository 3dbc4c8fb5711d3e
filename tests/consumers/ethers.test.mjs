// Nodes of Ethereum are no npm packages: this one answers a few calls and announces one block.

import assert from 'node:assert/strict';
import { WebSocketProvider } from 'ethers';
import { overEachWay, serveSockets } from './support.mjs';

const answers = { eth_chainId: '0x1', eth_blockNumber: '0x2a', eth_subscribe: '0x1', eth_unsubscribe: true };

const serve = (server) => {
  const sockets = serveSockets(server, (socket) => {
    socket.on('message', (data) => {
      const { id, method } = JSON.parse(data);
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }));
      if (method === 'eth_subscribe') {
        const params = { subscription: '0x1', result: { number: '0x2b' } };
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params }));
      }
    });
  });
  return { stop: () => sockets.close() };
};

overEachWay('ethers', serve, async ({ WebSocket, host }) => {
  const provider = new WebSocketProvider(() => new WebSocket(`ws://${host}/`));
  assert.equal(await provider.getBlockNumber(), 42);
  assert.equal(await new Promise((resolve) => provider.once('block', resolve)), 43);
  await provider.destroy();
});
