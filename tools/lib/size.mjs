// How large a file is, as it is and as it travels.

import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** The sizes of a file in bytes: `{ raw, gzip, brotli }`. */
export function sizesOf(path) {
  const bytes = readFileSync(path);
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
}

/** The sizes of several files together. */
export function sumOf(sizes) {
  const sum = (key) => sizes.reduce((total, each) => total + each[key], 0);
  return { raw: sum('raw'), gzip: sum('gzip'), brotli: sum('brotli') };
}

/** Prints one line per file of `rows`: `[name, sizes]`. */
export function printSizes(rows) {
  const width = Math.max(...rows.map(([name]) => name.length), 4);
  const line = (name, ...cells) =>
    console.log(`  ${name.padEnd(width)} ${cells.map((cell) => String(cell).padStart(9)).join('')}`);
  line('bytes', 'raw', 'gzip', 'brotli');
  for (const [name, { raw, gzip, brotli }] of rows) line(name, raw, gzip, brotli);
}
