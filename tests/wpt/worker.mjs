// A worker that runs the tests of one file.

import { parentPort, workerData } from 'node:worker_threads';
import { run, tests } from './run.mjs';

for (const subtest of tests.get(workerData).values()) {
  const { status, message } = await run(subtest, {});
  if (status !== 'pass') throw new Error(message);
}
parentPort.postMessage('passed');
