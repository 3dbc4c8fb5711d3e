// Looks into the WebAssembly instances of the package, and makes them crash. Import it before anything is used.

/** Every instance that was made from here on, oldest first. */
export const instances = [];

/** The word of the status block with the number of objects alive. */
const LIVE_OBJECTS = 8;

/** A module whose only function executes `unreachable`: a real trap. */
const trapModule = new WebAssembly.Module(
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // one type: () → ()
    ...[0x03, 0x02, 0x01, 0x00], // one function of that type
    ...[0x07, 0x08, 0x01, 0x04, 0x74, 0x72, 0x61, 0x70, 0x00, 0x00], // exported as "trap"
    ...[0x0a, 0x05, 0x01, 0x03, 0x00, 0x00, 0x0b], // its body
  ]),
);
const { trap } = new WebAssembly.Instance(trapModule).exports;

const RealInstance = WebAssembly.Instance;
WebAssembly.Instance = class Instance extends RealInstance {
  constructor(module, imports) {
    super(module, imports);
    const { exports } = this;
    const spied = { exports, codec: 0, trapOn: undefined };
    instances.push(spied);
    const wrapped = Object.fromEntries(
      Object.entries(exports).map(([name, value]) => {
        if (typeof value !== 'function') return [name, value];
        return [
          name,
          (...args) => {
            if (spied.trapOn === name) trap();
            const result = value(...args);
            if (name === 'codec_new') spied.codec = result;
            return result;
          },
        ];
      }),
    );
    Object.defineProperty(this, 'exports', { value: wrapped });
  }
};

/** Objects alive in the newest instance. */
export function liveObjects() {
  const { exports, codec } = instances.at(-1);
  const status = new Uint32Array(exports.memory.buffer, exports.codec_status(codec));
  return status[LIVE_OBJECTS];
}

/** Bytes of linear memory of the newest instance. */
export function memoryBytes() {
  return instances.at(-1).exports.memory.buffer.byteLength;
}

/** Linear memory of the newest instance. */
export function memory() {
  return instances.at(-1).exports.memory;
}

/** Makes the function of the newest instance trap from now on. */
export function trapOn(name) {
  const instance = instances.at(-1);
  if (!(name in instance.exports)) throw new Error(`there is no function ${name}`);
  instance.trapOn = name;
}
