// Inside of a worker of a browser or of Node: sends everything back.

import { echo } from './checks.mjs';

const inNode = typeof process === 'object';
const { fromMessagePort } = await import(inNode ? 'sansocket/adapters' : '/pkg/adapters/index.js');
const port = inNode ? (await import('node:worker_threads')).parentPort : globalThis;
await echo(fromMessagePort(port));
