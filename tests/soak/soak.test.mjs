// A little of each scenario; `npm run soak` has the rest.

import { test } from 'node:test';
import { scenarios } from './table.mjs';

for (const { name, run, quick } of scenarios) test(name, () => run(quick, () => {}));
