// A worker that runs the tests of one file.

import { parentPort, workerData } from 'node:worker_threads';
import { passAll } from './run.mjs';

await passAll(workerData);
parentPort.postMessage('passed');
