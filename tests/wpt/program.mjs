// Everything in a runtime with a console: the results are the last line.

import { runAll } from './run.mjs';
import { inWorker } from './threads.mjs';

console.log(JSON.stringify(await runAll({ gc: globalThis.gc ?? globalThis.Bun?.gc, inWorker })));
