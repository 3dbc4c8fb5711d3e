// Everything in a page: the results as a promise.

import { runAll } from './run.mjs';

/** Runs the tests of one file in a worker. */
const inWorker = (file) =>
  new Promise((resolve, reject) => {
    const worker = new Worker('page-worker.js', { type: 'module', name: file });
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message));
  });

window.results = runAll({ inWorker });
