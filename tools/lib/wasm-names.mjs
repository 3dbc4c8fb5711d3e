// What is in a WebAssembly module, by the names of its functions (WebAssembly 2.0 §5.5, and the custom section "name").

const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
const DATA = 11;
const FUNCTION_NAMES = 1;
const FUNCTION_IMPORT = 0;

/** Reads a module byte by byte. */
class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  get done() {
    return this.at >= this.end;
  }

  byte() {
    this.at += 1;
    return this.bytes[this.at - 1];
  }

  /** An unsigned number in LEB128. */
  number() {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
  }

  /** A part of so many bytes, which is passed over. */
  part(length = this.number()) {
    this.at += length;
    return new Reader(this.bytes, this.at - length, this.at);
  }

  text() {
    const { at, end } = this.part();
    return this.bytes.toString('utf8', at, end);
  }
}

/** The sections: `{ id, size, body }`, with the bytes of id and length in the size. */
function* sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const body = reader.part();
    yield { id, size: reader.at - start, body };
  }
}

/** The functions that are imported: they come first in the numbering. */
function importedFunctions(body) {
  let functions = 0;
  for (let left = body.number(); left > 0; left -= 1) {
    body.text();
    body.text();
    if (body.byte() !== FUNCTION_IMPORT) throw new Error('only functions are expected to be imported');
    body.number();
    functions += 1;
  }
  return functions;
}

function functionNames(body) {
  const names = new Map();
  while (!body.done) {
    const id = body.byte();
    const part = body.part();
    if (id !== FUNCTION_NAMES) continue;
    for (let left = part.number(); left > 0; left -= 1) names.set(part.number(), part.text());
  }
  return names;
}

/** Bytes by what they belong to, the largest first. The names themselves do not count. */
export function breakdown(bytes) {
  const sizes = new Map();
  const add = (name, size) => sizes.set(name, (sizes.get(name) ?? 0) + size);
  let imported = 0;
  let names = new Map();
  const functions = [];
  add('what holds it together', 8);
  for (const { id, size, body } of sectionsOf(bytes)) {
    if (id === IMPORT) imported = importedFunctions(new Reader(bytes, body.at, body.end));
    if (id === CUSTOM) {
      if (body.text() === 'name') names = functionNames(body);
    } else if (id === CODE) {
      const count = body.number();
      let rest = size;
      for (let i = 0; i < count; i += 1) {
        const start = body.at;
        body.part();
        functions.push(body.at - start);
        rest -= body.at - start;
      }
      add('what holds it together', rest);
    } else add(id === DATA ? 'constants' : 'what holds it together', size);
  }
  for (const [i, size] of functions.entries()) add(ownerOf(names.get(imported + i)), size);
  return Object.fromEntries([...sizes].sort(([, a], [, b]) => b - a));
}

/** Functions that have no path of their own. */
const unmangled = [
  [/^(mem(cpy|set|move|cmp)|bcmp|strlen)$/, 'compiler_builtins'],
  [/^codec_/, 'sansocket::wasm'],
  [/__rust_|__rdl_|__rg_/, 'alloc'],
  [/^<\[/, 'core'],
];

/** The crate of a function by its demangled name, and of `sansocket` the module. */
export function ownerOf(name = '') {
  // Newer names carry a hash: `core[c5930c85a12de822]::fmt::write`.
  const plain = name.replace(/\[[0-9a-f]{16}\]/g, '');
  // `<T as Trait>::f` is of T, and of the trait where T belongs to nobody.
  const path = plain.replace(/^(?:[<&([*]|mut |const |dyn )+/, '');
  const [, crate, rest = ''] = /^([a-z]\w*)::(\w*)/.exec(path) ?? / as ([a-z]\w*)::(\w*)/.exec(plain) ?? [];
  if (crate === 'sansocket') return /^[a-z]/.test(rest) ? `sansocket::${rest}` : 'sansocket';
  return crate ?? unmangled.find(([pattern]) => pattern.test(plain))?.[1] ?? 'others';
}
