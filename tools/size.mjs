// `npm run size [-- --json FILE]`: what the modules are made of, by crate, and of the codec itself by module.
//
// They are built as they are published, but with the names of functions in them. A function counts for the crate that it is
// written in, also if it is generic over types of another; what was inlined counts for the function that it is in.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { modules } from './build.mjs';
import { main } from './lib/failure.mjs';
import { locked } from './lib/lock.mjs';
import { targetDir } from './lib/paths.mjs';
import { buildWasm } from './lib/wasm.mjs';
import { breakdown } from './lib/wasm-names.mjs';

await main(async () => {
  const { values } = parseArgs({ options: { json: { type: 'string' } } });
  const parts = {};
  await locked(async () => {
    for (const { file, features } of modules) {
      const named = join(targetDir, 'size', `named-${basename(file)}`);
      console.log(`Building ${basename(named)} …`);
      await buildWasm(features, named, { names: true });
      parts[basename(file)] = breakdown(readFileSync(named));
    }
  });
  for (const [name, sizes] of Object.entries(parts)) {
    const total = Object.values(sizes).reduce((sum, size) => sum + size, 0);
    console.log(`\n${name}, ${total} bytes`);
    for (const [part, size] of Object.entries(sizes))
      console.log(
        `  ${part.padEnd(28)}${String(size).padStart(8)}${`${((100 * size) / total).toFixed(1)} %`.padStart(9)}`,
      );
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(parts, undefined, 2)}\n`);
});
