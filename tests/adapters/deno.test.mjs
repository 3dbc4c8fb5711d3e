import { after, before, describe, test } from 'node:test';
import { echoChecks, pairChecks } from './checks.mjs';
import { report } from './declare.mjs';
import { echoServer, run } from './runtimes.mjs';

describe('Deno', () => {
  let server;
  let results;
  before(async () => {
    server = await echoServer();
    const port = String(server.address().port);
    results = await run('deno', [
      'run',
      '--allow-net=127.0.0.1',
      '--allow-read',
      '--no-lock',
      'tests/adapters/deno.mjs',
      port,
    ]);
  });
  after(() => server.close());
  test('both ends of a connection', () => report(results.adapted, pairChecks));
  test('both ends of a connection without an adapter', () => report(results.bare, pairChecks));
  test('a connection to Node', () => report(results.echo, echoChecks));
});
