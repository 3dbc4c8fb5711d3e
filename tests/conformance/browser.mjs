// A browser as a client: a page speaks WebSocket with a judge through a tunnel of bytes.
//
// The tunnel is a native WebSocket to this process, used as a pipe: each binary message is a chunk, the text "end" is the end
// of a direction. The WebSocket that is judged is ours, inside of it.

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { acceptUpgrade } from 'sansocket/server';
import { pkgDir } from '../../tools/lib/paths.mjs';
import { serve } from '../../tools/lib/serve.mjs';
import { launchers } from '../e2e/browsers.mjs';

const pages = fileURLToPath(new URL('testees', import.meta.url));

/** A client that goes through the cases of the judge at `port`. */
export const tunnelledClient =
  (browserName) =>
  async ({ port, agent, progress }) => {
    const server = await serve({ '/': pages, '/pkg/': pkgDir }, 0);
    server.on('upgrade', (request, socket, head) => relay(acceptUpgrade(request, socket, head, tunnel), port));
    const browser = await launchers[browserName]();
    try {
      const page = await browser.newPage();
      const faults = [];
      page.on('pageerror', (error) => faults.push(error));
      await page.goto(`http://127.0.0.1:${server.address().port}/page.html?judge=${port}#${agent}`);
      for (;;) {
        const { done, ended } = (await page.evaluate(() => globalThis.state)) ?? { done: 0 };
        if (faults.length > 0) throw faults[0];
        progress(done);
        if (ended) return;
        await sleep(500);
      }
    } finally {
      await browser.close();
      server.close();
    }
  };

/** Whole messages of the judged connection may be one chunk. */
const tunnel = { origins: 'any', limits: { maxMessageSize: 64 << 20 } };

function relay(peer, port) {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  peer.binaryType = 'arraybuffer';
  peer.onmessage = ({ data }) => {
    if (data === 'end') socket.end();
    else socket.write(new Uint8Array(data));
  };
  peer.onclose = () => socket.destroy();
  socket.on('data', (chunk) => peer.send(chunk));
  socket.on('end', () => peer.send('end'));
  socket.on('error', () => peer.close());
  socket.on('close', () => peer.close());
}
