// What a module is made of: by names of functions, and with no byte left over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breakdown, ownerOf } from '../../tools/lib/wasm-names.mjs';

test('a function belongs to the crate that it is written in', () => {
  const owners = {
    'core::fmt::write::h0123456789abcdef': 'core',
    'sansocket::connection::receive::<impl sansocket::connection::Connection<R>>::receive': 'sansocket::connection',
    '<sansocket::event::Text as core::clone::Clone>::clone': 'sansocket::event',
    '<&mut alloc::vec::Vec<T> as core::fmt::Debug>::fmt': 'alloc',
    '<[T] as sansocket::mask::Bytes>::apply': 'sansocket::mask',
    '<usize as core[c5930c85a12de822]::fmt::Display>::fmt': 'core',
    'std[a543996e6e7dbf1e]::panicking::panic_with_hook': 'std',
    '<[u8]>::eq_ignore_ascii_case_simple': 'core',
    '__rustc[b7974e8690430dd9]::__rust_realloc': 'alloc',
    'zlib_rs::deflate::compare256::inner': 'zlib_rs',
    memcpy: 'compiler_builtins',
    codec_new: 'sansocket::wasm',
    __rust_alloc: 'alloc',
    '': 'others',
  };
  for (const [name, owner] of Object.entries(owners)) assert.equal(ownerOf(name), owner, name);
  assert.equal(ownerOf(undefined), 'others');
});

const section = (id, ...content) => [id, content.length, ...content];
const text = (value) => [value.length, ...Buffer.from(value)];

test('every byte of a module counts once, those of names not at all', () => {
  const code = [
    section(1, 1, 0x60, 0, 0),
    section(2, 1, ...text('m'), ...text('f'), 0, 0),
    section(3, 2, 0, 0),
    section(10, 2, 2, 0, 0x0b, 3, 0, 0x01, 0x0b),
    section(11, 1, 1, 3, 1, 2, 3),
  ];
  const names = [3, 0, ...text('m::f'), 1, ...text('core::a'), 2, ...text('zlib_rs::b')];
  const named = section(0, ...text('name'), 1, names.length, ...names);
  const header = [0, 97, 115, 109, 1, 0, 0, 0];
  const plain = [...header, ...code.flat()];
  const sizes = breakdown(Buffer.from([...plain, ...named]));
  // With the byte of its length.
  assert.equal(sizes.core, 3);
  assert.equal(sizes.zlib_rs, 4);
  assert.equal(sizes.constants, 8);
  assert.equal(
    Object.values(sizes).reduce((sum, size) => sum + size, 0),
    plain.length,
  );
});
