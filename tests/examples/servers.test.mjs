// The servers in examples/servers, each started as a person would, visited, and told to end.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { open } from 'sansocket/client';
import { at } from '../../tools/lib/paths.mjs';
import { bun, deno } from '../server/runtimes/programs.mjs';

const node = { command: process.execPath, args: [] };

/** `http`: whether it answers ordinary requests, too. */
const examples = {
  'http.mjs': { ...node, http: true },
  'express.mjs': { ...node, http: true },
  'fastify.mjs': { ...node, http: true },
  'deno.mjs': deno,
  'bun.mjs': bun,
};

async function started(t, name, { command, args }) {
  const child = spawn(command, [...args, at('examples', 'servers', name)], {
    cwd: at(),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  assert.match(String(line), /^http:/, 'it has ended');
  return { child, exited, url: line };
}

const browser = { origin: 'https://app.example', cookie: 'theme=dark; session=7f3a' };
const next = (socket, type) => new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }));

for (const [name, example] of Object.entries(examples)) {
  test(name, { timeout: 60_000 }, async (t) => {
    const { child, exited, url } = await started(t, name, example);
    const at = (path) => url.replace('http', 'ws') + path;

    for (const [path, headers, status, body] of [
      ['rooms/attic', browser, 404],
      ['elsewhere', browser, 404],
      ['rooms/lobby', { ...browser, cookie: 'session=0000' }, 401, 'Log in first.\n'],
      ['rooms/lobby', { origin: browser.origin }, 401, 'Log in first.\n'],
      ['rooms/lobby', { ...browser, origin: 'https://elsewhere.example' }, 403],
    ]) {
      await assert.rejects(open(at(path), { headers, protocols: ['chat'] }), (error) => {
        assert.equal(error.status, status, `${path}: ${error.message}`);
        if (body !== undefined) assert.equal(Buffer.from(error.body).toString(), body);
        return true;
      });
    }
    if (example.http) {
      const page = await fetch(url);
      assert.deepEqual([page.status, await page.text()], [200, 'There are rooms at /rooms/.\n']);
    }

    // The first message of each tells that the server has it in the room.
    const sockets = [];
    for (let count = 0; count < 2; count += 1) {
      const socket = await open(at('rooms/lobby'), { headers: browser, protocols: ['v2', 'chat'] });
      assert.equal(socket.protocol, 'chat');
      sockets.push(socket);
      const heard = sockets.map((each) => next(each, 'message'));
      socket.send(`hello ${count}`);
      for (const { data } of await Promise.all(heard)) assert.equal(data, `ann: hello ${count}`);
    }

    const closed = sockets.map((socket) => next(socket, 'close'));
    child.kill('SIGTERM');
    for (const { code, wasClean } of await Promise.all(closed)) assert.deepEqual([code, wasClean], [1001, true]);
    const [code] = await exited;
    assert.equal(code, 0);
  });
}
