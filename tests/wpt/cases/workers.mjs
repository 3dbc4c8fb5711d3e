// The same in a worker.

const inWorker = (file) => (t) => t.inWorker(file);

export const files = {
  'Send-data.worker.js': inWorker('Send-data.any.js'),
  'opening-handshake/003-sets-origin.worker.js': inWorker('opening-handshake/003.html'),
};
