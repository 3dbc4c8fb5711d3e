// permessage-deflate with the Python package websockets, in both directions. $PYTHON is one that has it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { echoClient, echoServer, SETTINGS } from './deflate.mjs';
import { start } from './process.mjs';

const TIMEOUT = { timeout: 120_000 };
const python = [process.env.PYTHON ?? 'python3', fileURLToPath(new URL('deflate_peer.py', import.meta.url))];

/** The settings as Python writes them: `serverMaxWindowBits` is `server_max_window_bits`. */
const settings = SETTINGS.map((one) =>
  Object.fromEntries(
    Object.entries(one).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  ),
);

/** The lines of conversations without a fault; the order of the parameters is that of the settings. */
const allWell = settings.map((one) => `ok ${JSON.stringify(one).replaceAll(/([:,])/g, '$1 ')}`);

test('the package serves websockets', TIMEOUT, async () => {
  const server = start(echoServer(true));
  try {
    const [, url] = await server.line(/(ws:\/\/\S+)/);
    const client = start([...python, 'client', url, JSON.stringify(settings)]);
    assert.equal(await client.exit(), 0, client.lines.join('\n'));
    assert.deepEqual(client.lines, allWell);
  } finally {
    await server.stop();
  }
});

test('the package is a client of websockets', TIMEOUT, async () => {
  const server = start([...python, 'server', JSON.stringify(settings)]);
  try {
    for (const [i, one] of allWell.entries()) {
      await server.line(/^listening on \d+/);
      while (server.lines.filter((line) => line.startsWith('listening')).length <= i) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const [, port] = /(\d+)/.exec(server.lines.filter((line) => line.startsWith('listening'))[i]);
      const client = start(echoClient(`127.0.0.1:${port}`, '/', { threshold: 0 }));
      await server.line(new RegExp(`^(not )?${one.replaceAll(/[{}]/g, '\\$&')}`));
      assert.equal(await client.exit(), 0, client.lines.join('\n'));
      assert.equal(server.lines.filter((line) => /ok /.test(line)).at(-1), one);
    }
  } finally {
    await server.stop();
  }
});
