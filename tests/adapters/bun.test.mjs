import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { echoChecks, pairChecks } from './checks.mjs';
import { report } from './declare.mjs';
import { echoServer, run } from './runtimes.mjs';

describe('Bun', () => {
  let server;
  let results;
  before(async () => {
    server = await echoServer();
    results = await run('bun', ['tests/adapters/bun.mjs', String(server.address().port)]);
  });
  after(() => server.close());
  test('both ends of a connection', () => report(results.pair, pairChecks));
  test('a connection to Node', () => report(results.echo, echoChecks));
  test('a socket with handlers of its own is refused', () => {
    assert.match(results.refusal, /^TypeError: "socket" expected a socket with the handlers of bunSocketHandlers\(\)/);
  });
});
