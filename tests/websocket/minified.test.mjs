// The classes in a bundle whose names a minifier has shortened.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

test('the names of classes, tags and events survive a minifier', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from 'sansocket/websocket';",
      resolveDir: fileURLToPath(new URL('../..', import.meta.url)),
    },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  const bundle = await import(`data:text/javascript;base64,${code}`);
  const WebSocket = bundle.createWebSocketClass(() => {});
  const WebSocketStream = bundle.createWebSocketStreamClass(() => {});
  for (const [Class, name, length] of [
    [WebSocket, 'WebSocket', 1],
    [WebSocketStream, 'WebSocketStream', 1],
    [bundle.WebSocketError, 'WebSocketError', 0],
  ]) {
    assert.deepEqual([Class.name, Class.length], [name, length]);
    assert.equal(Object.prototype.toString.call(Class.prototype), `[object ${name}]`);
  }
  const socket = new WebSocket('ws://h/');
  const error = await new Promise((resolve) => {
    socket.onerror = resolve;
  });
  // The connect function gave nothing.
  assert.deepEqual([error.constructor.name, error.error.name], ['ErrorEvent', 'TypeError']);
  const stream = new WebSocketStream('ws://h/');
  const reason = await stream.opened.catch((thrown) => thrown);
  assert.equal(reason.name, 'WebSocketError');
});
