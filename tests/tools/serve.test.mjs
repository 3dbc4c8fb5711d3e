import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../../tools/lib/serve.mjs';

let folder;
let server;
let port;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sansocket-serve-'));
  for (const name of ['www/deep', 'pkg', 'www-private']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'www/index.html'), 'page');
  writeFileSync(join(folder, 'www/deep/index.html'), 'deep');
  writeFileSync(join(folder, 'pkg/codec.wasm'), '\0asm');
  writeFileSync(join(folder, 'secret'), 'secret');
  writeFileSync(join(folder, 'www-private/secret'), 'secret');
  symlinkSync(join(folder, 'secret'), join(folder, 'www/link'));
  server = await serve({ '/': join(folder, 'www'), '/pkg/': join(folder, 'pkg') }, 0);
  ({ port } = server.address());
});

after(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks for the very path given: `fetch` would tidy it up first. */
function get(path, { host = `127.0.0.1:${port}`, method = 'GET' } = {}) {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], body }));
    })
      .on('error', reject)
      .end();
  });
}

test('a folder gives its page', async () => {
  assert.deepEqual(await get('/?query'), { status: 200, type: 'text/html; charset=utf-8', body: 'page' });
  assert.equal((await get('/deep/')).body, 'deep');
});

test('a module has the type that streaming compilation asks for', async () => {
  assert.deepEqual(await get('/pkg/codec.wasm'), { status: 200, type: 'application/wasm', body: '\0asm' });
});

test('HEAD gives no body', async () => {
  assert.deepEqual(await get('/', { method: 'HEAD' }), { status: 200, type: 'text/html; charset=utf-8', body: '' });
});

test('other methods are refused', async () => {
  assert.equal((await get('/', { method: 'POST' })).status, 405);
});

for (const path of [
  '/../secret',
  '/%2e%2e/secret',
  '/..%2fsecret',
  '/../www-private/secret',
  '/pkg/../../secret',
  '/pkg/%2e%2e/secret',
  '/link',
  '/%00',
  '/%',
  '/deep',
  '/missing',
  '*',
]) {
  test(`nothing is found at ${path}`, async () => {
    const { status, body } = await get(path);
    assert.deepEqual([status, body], [404, '']);
  });
}

test('a host name that is not this machine is refused', async () => {
  for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
    assert.equal((await get('/', { host })).status, 421, host);
  }
  assert.equal((await get('/', { host: `localhost:${port}` })).status, 200);
});

test('a port in use is passed over', async () => {
  const second = await serve({ '/': join(folder, 'www') }, port);
  assert.notEqual(second.address().port, port);
  second.close();
});
