// Servers on other runtimes: on the sockets that each of them has, and on Node's modules where it has those.
//
// workerd has its own `connect()` handler on a TCP port. Its `node:http` has no `upgrade` event, but gives such requests to the
// ordinary handler, without a socket: so there is no acceptUpgrade there. Its sockets are transports as they are.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { echoChecks, pairChecks } from '../adapters/checks.mjs';
import { report } from '../adapters/declare.mjs';
import { echoServer } from '../adapters/runtimes.mjs';
import { LENGTH } from './runtimes/peer.mjs';
import { bun, deno, node, serving, workerd } from './runtimes/programs.mjs';
import { visits } from './runtimes/visits.mjs';

for (const [name, how] of Object.entries({
  'Node, node:http': [node, 'node-http.mjs'],
  'Deno, Deno.listen': [deno, 'deno.mjs'],
  'Deno, node:http': [deno, 'node-http.mjs'],
  'Bun, Bun.listen': [bun, 'bun.mjs'],
  'Bun, node:http': [bun, 'node-http.mjs'],
})) {
  test(name, { timeout: 120_000 }, async (t) => {
    const server = await serving(t, ...how);
    for (const [title, visit] of Object.entries(visits)) await t.test(title, () => visit(server));
  });
}

// The first has neither MessageChannel nor setImmediate.
for (const date of ['2024-01-01', '2026-11-01']) {
  describe(`workerd as of ${date}`, () => {
    test('a server on TCP', { timeout: 120_000 }, async (t) => {
      const { ports, next } = await workerd(t, date);
      for (const [title, visit] of Object.entries(visits)) await t.test(title, () => visit({ port: ports.tcp, next }));
    });

    test('clients, each in a request of its own', { timeout: 120_000 }, async (t) => {
      const { ports } = await workerd(t, date);
      const server = await serving(t, node, 'node-http.mjs');
      const page = async (path, query) => {
        const response = await fetch(`http://127.0.0.1:${ports.http}${path}?${new URLSearchParams(query)}`);
        assert.equal(response.status, 200, await response.clone().text());
        return response.json();
      };
      const text = 'Grüße '.repeat(LENGTH);
      const expected = {
        received: [text, 'Grüße an alle'],
        protocol: 'chat',
        extensions: 'permessage-deflate',
        code: 4000,
        reason: 'as you wish',
        wasClean: true,
      };
      const endings = [{ code: 4000, reason: '', wasClean: true }];
      await t.test('over memory', async () => {
        // One after the other, and at the same time: requests of a worker share nothing that waits.
        for (let round = 0; round < 3; round += 1) {
          const results = await Promise.all(Array.from({ length: 1 + 4 * round }, () => page('/memory')));
          for (const result of results) assert.deepEqual(result, { ...expected, endings });
        }
      });
      await t.test('over cloudflare:sockets', async () => {
        for (let round = 0; round < 3; round += 1) {
          const query = { port: server.port };
          const results = await Promise.all(Array.from({ length: 1 + 2 * round }, () => page('/client', query)));
          for (const result of results) {
            assert.deepEqual(result, expected);
            assert.deepEqual(await server.next(), endings[0]);
          }
        }
      });
      await t.test('the contract of transports', async () => {
        const echo = await echoServer();
        t.after(() => echo.close());
        const results = await page('/checks', { port: echo.address().port });
        report(results.pair, pairChecks);
        report(results.echo, echoChecks);
        assert.deepEqual(results.marked, [['an echo that nobody reads stops the writer', null]]);
      });
    });
  });
}
