// The two sides against the Python package websockets, in both directions. $PYTHON is one that has it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start } from './process.mjs';
import { sides } from './sides.mjs';

const TIMEOUT = { timeout: 120_000 };
const python = [process.env.PYTHON ?? 'python3', fileURLToPath(new URL('websockets_peer.py', import.meta.url))];
const CONVERSATIONS = ['messages', 'fragments', 'pings', 'bad text', 'close 1000', 'close 1011', 'close 4999'];

for (const side of sides) {
  test(`${side.name} serves websockets`, TIMEOUT, async () => {
    const server = start(side.server);
    try {
      const [, url] = await server.line(/(ws:\/\/\S+)/);
      const client = start([...python, 'client', url]);
      assert.equal(await client.exit(), 0, client.lines.join('\n'));
      const names = [...CONVERSATIONS, 'subprotocol', 'refusal'];
      assert.deepEqual(
        client.lines,
        names.map((name) => `ok ${name}`),
      );
      await server.line(/^closed by the client: 4999 "bye"$/);
    } finally {
      await server.stop();
    }
  });

  describe(`${side.name} is a client of websockets`, TIMEOUT, () => {
    let server;
    let port;
    before(async () => {
      server = start([...python, 'server']);
      [, port] = await server.line(/^listening on (\d+)/);
    });
    after(() => server.stop());

    const run = (path) => start([...side.client, `127.0.0.1:${port}`, `/${path.replaceAll(' ', '_')}`]);

    for (const name of CONVERSATIONS) {
      test(name, async () => {
        const client = run(name);
        const [line] = await server.line(new RegExp(`^(not )?ok ${name}`));
        assert.equal(line, `ok ${name}`);
        // After a failure the transport may be reset rather than ended.
        const code = await client.exit();
        if (name !== 'bad text') assert.equal(code, 0);
      });
    }

    test('a refusal', async () => {
      const client = run('refused');
      assert.equal(await client.exit(), 1);
      assert.match(client.lines[0], /^refused with 403: not for you/);
    });
  });
}
