// An instance of inspector.wasm, as plainly as it can be used.

import { readFileSync } from 'node:fs';

const module = new WebAssembly.Module(readFileSync(new URL('../../../pkg/inspector.wasm', import.meta.url)));

const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  imports[from] ??= {};
  imports[from][name] = () => {
    throw new Error(`the module called ${name}`);
  };
}

export class Instance {
  #exports = new WebAssembly.Instance(module, imports).exports;
  #self = this.#exports.inspector_new();

  /** Calls an export of that name, an argument that is text or bytes in memory before; gives its result. */
  call(name, ...args) {
    const numbers = args.map((argument) => (typeof argument === 'number' ? argument : this.#write(argument)));
    return this.#exports[`inspector_${name}`](this.#self, ...numbers);
  }

  /** The output of the last call. */
  get output() {
    const { buffer } = this.#exports.memory;
    const [at, length] = new Uint32Array(buffer, this.#exports.inspector_status(this.#self), 2);
    return Buffer.from(new Uint8Array(buffer, at, length));
  }

  /** The output of a call as text. */
  text(name, ...args) {
    this.call(name, ...args);
    return this.output.toString();
  }

  /** The output of a call as what the JSON says. */
  json(name, ...args) {
    return JSON.parse(this.text(name, ...args));
  }

  /** All records of a capture that is fed in chunks. */
  read(capture, { options = {}, chunk = capture.length, side = 0 } = {}) {
    if (this.call('open', JSON.stringify(options)) !== 0) throw new Error(this.output.toString());
    let records = '';
    for (let at = 0; at < capture.length; at += chunk) {
      this.call('feed', capture.subarray(at, at + chunk), side);
      while (this.call('take', 1000) > 0) records += this.output;
    }
    this.call('finish');
    while (this.call('take', 1000) > 0) records += this.output;
    return records;
  }

  #write(argument) {
    const bytes = Buffer.from(argument);
    const at = this.#exports.inspector_reserve(this.#self, bytes.length);
    new Uint8Array(this.#exports.memory.buffer, at, bytes.length).set(bytes);
    return bytes.length;
  }
}
