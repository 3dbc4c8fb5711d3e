// The module with and without SIMD: node bench/simd.mjs [--json FILE]. Builds both, and times them in one process.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { modules } from '../tools/build.mjs';
import { main } from '../tools/lib/failure.mjs';
import { locked } from '../tools/lib/lock.mjs';
import { pkgDir, targetDir } from '../tools/lib/paths.mjs';
import { sizesOf } from '../tools/lib/size.mjs';
import { buildWasm } from '../tools/lib/wasm.mjs';
import { printTable } from './lib/compare.mjs';
import { ns } from './lib/figures.mjs';
import { decoderOf, encoderOf, measureCodec } from './runtimes/cells.mjs';

const [{ features }] = modules;
const require = createRequire(import.meta.url);

/** The package over the module of a file: a copy of its own, since a copy has one module. */
async function packageOver(file) {
  const path = join(pkgDir, 'slim.cjs');
  delete require.cache[path];
  const copy = require(path);
  await copy.init(readFileSync(file));
  return copy;
}

await main(async () => {
  const { values } = parseArgs({ options: { json: { type: 'string' } } });
  const file = (name) => join(targetDir, 'size', `${name}.wasm`);
  await locked(async () => {
    await buildWasm(features, file('simd'), { simd: true });
    await buildWasm(features, file('no-simd'), { simd: false });
  });
  const [simd, plain] = [await packageOver(file('simd')), await packageOver(file('no-simd'))];
  const results = measureCodec(simd, { decode: decoderOf(plain), encode: encoderOf(plain) });
  const gzip = { simd: sizesOf(file('simd')).gzip, plain: sizesOf(file('no-simd')).gzip };
  printTable(
    results.map(({ name, ours_ns, peer_ns, ratio }) => ({
      name,
      SIMD: ns(ours_ns),
      'no SIMD': ns(peer_ns),
      ratio: ratio.toFixed(2),
    })),
  );
  console.log(`after gzip: ${gzip.simd} and ${gzip.plain} bytes`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ results, gzip }, undefined, 2)}\n`);
});
