// The same in a worker.

const inWorker = (file) => (t) =>
  t.inWorker === undefined ? t.skip('workers of this runtime are not driven') : t.inWorker(file);

export const files = {
  'Send-data.worker.js': inWorker('Send-data.any.js'),
  'opening-handshake/003-sets-origin.worker.js': inWorker('opening-handshake/003.html'),
};
