// `npm start`: brings what is missing, builds, prints a real exchange frame by frame, and serves the page until Ctrl-C.
//
// `npm start -- --once` ends after printing; `--port N` serves there (or at the next free port) instead of 8080.

import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { Failure, main } from './lib/failure.mjs';
import { pageDir } from './lib/page.mjs';
import { at, root } from './lib/paths.mjs';
import { must } from './lib/run.mjs';
import { serve } from './lib/serve.mjs';

await main(async () => {
  process.chdir(root);
  const { once, port } = options();
  await build();
  await must('node', [at('examples', 'exchange.mjs')]);
  if (once) return;
  const server = await serve({ '/': pageDir }, port);
  console.log(`\nThe page is at http://127.0.0.1:${server.address().port}/ until Ctrl-C.`);
});

function options() {
  try {
    const { values } = parseArgs({
      options: { once: { type: 'boolean', default: false }, port: { type: 'string', default: '8080' } },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`no port: ${values.port}`);
    return { once: values.once, port };
  } catch (error) {
    throw new Failure(error.message, 'npm start -- [--once] [--port N]');
  }
}
