// The numbers that Rust and TypeScript agree on, read from both sources.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const rust = Object.fromEntries(
  ['mod', 'records', 'connection', 'handshake'].map((name) => [name, read(`src/wasm/${name}.rs`)]),
);
const codec = read('js/wasm/codec.ts');
const records = read('js/wasm/records.ts');

/** `NAME_OF_IT` and `NameOfIt` are one name. */
const fold = (name) => name.replaceAll('_', '').toLowerCase();

/** A number as both languages write it: `5`, `1 << 8`. */
function number(text) {
  const match = /^(\d+)(?:\s*<<\s*(\d+))?$/.exec(text.trim());
  assert.ok(match, `no number: ${text}`);
  return Number(match[1]) << Number(match[2] ?? 0);
}

/** The constants in a piece of Rust, `const NAME: type = value;`. */
function rustConstants(source) {
  const found = [...source.matchAll(/\bconst ([A-Z0-9_]+): (?:u32|usize) = (\d+(?: << \d+)?);/g)];
  return Object.fromEntries(found.map(([, name, value]) => [fold(name), number(value)]));
}

/** What is between the first `{` after `start` and its `}`. */
function block(source, start) {
  const at = source.indexOf(start);
  assert.ok(at >= 0, `there is no ${start}`);
  return /\{([^{}]*)\}/.exec(source.slice(at))[1];
}

/** The numbers of an object in TypeScript, `const Name = { Key: value, … } as const`. */
function object(source, name) {
  const entries = block(source, `const ${name} = {`)
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .split(',')
    .map((entry) => entry.split(':'))
    .filter(([key]) => key.trim() !== '');
  return Object.fromEntries(entries.map(([key, value]) => [fold(key.trim()), number(value)]));
}

test('the kinds of records', () => {
  const kinds = rustConstants(block(rust.records, 'mod kind'));
  assert.ok(Object.keys(kinds).length >= 11);
  assert.deepEqual(object(records, 'Kind'), kinds);
});

test('the flags of records', () => {
  const flags = rustConstants(rust.records.replace(/mod kind \{[^}]*\}/, ''));
  const found = Object.fromEntries(
    [...records.matchAll(/^const ([A-Z_]+) = (\d[^;]*);/gm)]
      .map(([, name, value]) => [fold(name), value])
      .filter(([name]) => name in flags)
      .map(([name, value]) => [name, number(value)]),
  );
  const { small, ...shared } = flags;
  assert.deepEqual(found, shared);
  assert.ok(Object.keys(shared).length >= 6);
  assert.equal(small, number(/^const GROUP = (\d+);/m.exec(records)[1]), 'what is small enough for a group');
});

test('the status block', () => {
  const { count, ...words } = rustConstants(block(rust.mod, 'mod word'));
  assert.deepEqual(object(codec, 'Status'), words);
  assert.ok(count > Math.max(...Object.values(words)));
});

test('refusals', () => {
  const names = block(rust.mod, 'enum Refusal').match(/[A-Z]\w+/g);
  const { none, ...refusals } = object(codec, 'Refusal');
  assert.equal(none, 0);
  assert.deepEqual(refusals, Object.fromEntries(names.map((name, i) => [fold(name), i + 1])));
  const usage = block(read('src/error.rs'), 'pub enum UsageError');
  for (const [name] of usage.matchAll(/^ {4}[A-Z]\w+/gm)) {
    assert.ok(names.includes(name.trim()), `${name} of UsageError has no refusal`);
  }
});

test('the flags of a connection and of a handshake', () => {
  for (const [name, file] of [
    ['connection', 'js/connection.ts'],
    ['handshake', 'js/handshake.ts'],
  ]) {
    const all = rustConstants(rust[name]);
    const { state, ...flags } = object(read(file), 'Flag');
    assert.equal(state, 3);
    for (const [flag, bit] of Object.entries(flags)) assert.equal(all[flag], bit, `${name}: ${flag}`);
    assert.equal(
      Object.keys(flags).length,
      Object.keys(all).filter((constant) => !constant.startsWith('state')).length,
      name,
    );
  }
});

test('the codes of violations that are declared are those of Rust', () => {
  const declared = /type ProtocolErrorCode =([^;]+);/.exec(read('js/errors.ts'))[1].match(/WS_ERR_[A-Z0-9_]+/g);
  assert.deepEqual(new Set(declared), new Set(read('src/error.rs').match(/WS_ERR_[A-Z0-9_]+/g)));
});

test('the settings of permessage-deflate', () => {
  const constants = rustConstants(read('src/wasm/deflate.rs'));
  const deflate = read('js/deflate.ts');
  const found = { ...object(deflate, 'Bit'), ...object(deflate, 'Shift') };
  assert.equal(Object.keys(found).length, 8);
  for (const [name, value] of Object.entries(found)) assert.equal(constants[name], value, name);
});

test('the functions of the module are those that are declared, with as many parameters', () => {
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('sansocket/codec.wasm')))),
    new Proxy({}, { get: () => new Proxy({}, { get: () => () => {} }) }),
  );
  const declarations = [...codec.matchAll(/^ {2}(codec_\w+)\(([^)]*)\): (?:number|void);/gm)];
  assert.ok(declarations.length > 20);
  for (const [, name, parameters] of declarations) {
    assert.equal(typeof exports[name], 'function', name);
    if (!parameters.includes('...')) assert.equal(exports[name].length, parameters.match(/:/g)?.length ?? 0, name);
  }
});
