// A worker of a page that runs the tests of the file that it is named after.

import { passAll } from './run.mjs';

await passAll(self.name);
self.postMessage('passed');
