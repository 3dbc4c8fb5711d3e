// Workers of runtimes that have Node's.

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Runs the tests of one file in a worker. */
export async function inWorker(file) {
  const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: file });
  await once(worker, 'message');
  await worker.terminate();
}
