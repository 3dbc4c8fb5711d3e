// `node bench/inspector.mjs FILE [OPTIONS]`: how long the module takes to read a capture, and what memory it holds then.

import { readFileSync } from 'node:fs';

const [, , path, options = '{"index":true,"records":[]}'] = process.argv;
const file = new URL('../pkg/inspector.wasm', import.meta.url);
const module = new WebAssembly.Module(readFileSync(file));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  imports[from] ??= {};
  imports[from][name] = () => {
    throw new Error(name);
  };
}
const { exports } = new WebAssembly.Instance(module, imports);
const self = exports.inspector_new();

/** Writes an argument; gives its length. */
function write(bytes) {
  const at = exports.inspector_reserve(self, bytes.length);
  new Uint8Array(exports.memory.buffer, at, bytes.length).set(bytes);
  return bytes.length;
}

/** The output of the last call. */
function output() {
  const [at, length] = new Uint32Array(exports.memory.buffer, exports.inspector_status(self), 2);
  return Buffer.from(exports.memory.buffer, at, length);
}

const timed = (name, work) => {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const result = work();
  const wall = performance.now() - start;
  // On a machine that does other things as well, the time of the processor says more.
  const { user, system } = process.cpuUsage(cpu);
  console.log(`${name}: ${wall.toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of processor time`);
  return result;
};

const capture = readFileSync(path);
const CHUNK = 1 << 20;
let written = 0;
timed(`reading ${(capture.length / 1e6).toFixed(0)} MB with ${options}`, () => {
  if (exports.inspector_open(self, write(Buffer.from(options))) !== 0) throw new Error(output().toString());
  for (let at = 0; at < capture.length; at += CHUNK) {
    exports.inspector_feed(self, write(capture.subarray(at, at + CHUNK)), 0);
    written += exports.inspector_take(self, 0xffffffff);
  }
  exports.inspector_finish(self);
  written += exports.inspector_take(self, 0xffffffff);
});
console.log(`${written} bytes of records, ${(exports.memory.buffer.byteLength / 1e6).toFixed(0)} MB of memory`);
const frames = exports.inspector_frames(self);
console.log(`${frames} frames in the index`);
if (frames > 0) {
  for (const filter of ['dir == c2s and op == text and len > 80', '"side\\":\\"sell"', 'json.price > 999']) {
    exports.inspector_filter(self, write(Buffer.from(filter)));
    const matches = timed(`filter ${filter}`, () => exports.inspector_match(self, 1, frames));
    console.log(`  ${matches} match`);
  }
  timed('100 windows of 60 rows', () => {
    for (let n = 0; n < 100; n += 1) {
      const first = 1 + ((n * 7919) % Math.max(1, frames - 60));
      const numbers = Uint32Array.from({ length: 60 }, (_, index) => first + index);
      exports.inspector_rows(self, write(new Uint8Array(numbers.buffer)));
      JSON.parse(output().toString());
    }
  });
  timed('100 windows of 60 rows, anywhere', () => {
    for (let n = 0; n < 100; n += 1) {
      const first = 1 + ((n * 104_729 * 83) % Math.max(1, frames - 60));
      const numbers = Uint32Array.from({ length: 60 }, (_, index) => first + index);
      exports.inspector_rows(self, write(new Uint8Array(numbers.buffer)));
    }
  });
}
