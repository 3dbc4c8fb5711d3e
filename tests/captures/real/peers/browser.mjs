// A browser as a peer: the WebSocket of a page.

import { apiPeer } from './api-peer.mjs';

/** A client in a page that is open already. */
export async function browserClient(page, url, protocols = []) {
  await page.evaluate(`globalThis.apiPeer = ${apiPeer}`);
  const facts = await page.evaluate(
    async ([url, protocols]) => {
      const waiting = [];
      const items = [];
      const receive = (item) => {
        const next = waiting.shift();
        if (next) next(item);
        else items.push(item);
      };
      const peer = await globalThis.apiPeer(new WebSocket(url, protocols), receive);
      globalThis.peers ??= {};
      globalThis.peers[url] = {
        step: peer.step,
        next: () => (items.length > 0 ? items.shift() : new Promise((resolve) => waiting.push(resolve))),
      };
      return peer.facts();
    },
    [url, protocols],
  );
  return {
    facts,
    do: (step) => page.evaluate(([url, step]) => globalThis.peers[url].step(step), [url, step]),
    next: () => page.evaluate((url) => globalThis.peers[url].next(), url),
  };
}
