// Everything in a page: the results as a promise.

import { runAll } from './run.mjs';

window.results = runAll();
