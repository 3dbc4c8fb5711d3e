// What the machine's Rust already has, asked of rustc once; and what `cargo install` has put into .tools.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';
import { at, toolsDir, which } from './paths.mjs';
import { outputOf, run } from './run.mjs';

export const wasmTarget = 'wasm32-unknown-unknown';
/** Beyond the base, what every engine has had for years: `simd128` sets the floor (Safari 16.4, of March 2023). */
export const wasmRustFlags = ['-C', 'target-feature=+simd128'];

let sysrootAnswer;

/** The toolchain's folder. */
export async function sysroot() {
  sysrootAnswer ??= outputOf('rustc', ['--print', 'sysroot']);
  const path = (await sysrootAnswer)?.trim();
  if (path) return path;
  throw new Failure('Rust is missing: `rustc` does not run', 'install a current Rust, as https://rustup.rs says');
}

export async function hasTarget(target) {
  return existsSync(join(await sysroot(), 'lib', 'rustlib', target, 'lib'));
}

/** Is this program among the toolchain's own (`bin`, or `lib/rustlib/<host>/bin`)? */
export async function hasComponent(program) {
  const base = await sysroot();
  const rustlib = join(base, 'lib', 'rustlib');
  const hosts = existsSync(rustlib) ? readdirSync(rustlib) : [];
  return [join(base, 'bin'), ...hosts.map((host) => join(rustlib, host, 'bin'))].some((dir) =>
    existsSync(join(dir, program)),
  );
}

/** Is there a nightly toolchain beside the one in use? */
export async function hasNightly() {
  return (await outputOf('rustc', ['+nightly', '--version'])) !== undefined;
}

/** Runs rustup; `args` is also the remedy. */
export async function rustup(args, line) {
  const remedy = `rustup ${args.join(' ')}`;
  if (!which('rustup'))
    throw new Failure('rustup is missing, and this Rust came without a part that is needed', remedy);
  const { code, output } = await run('rustup', args, { onLine: line });
  if (code !== 0) throw new Failure(`rustup failed:\n${tail(output)}`, remedy);
}

/** The version of wasm-bindgen that Cargo.toml pins: its command line must be the same to the digit. */
export function wasmBindgenVersion() {
  const match = /^wasm-bindgen = \{ version = "=([\d.]+)"/m.exec(readFileSync(at('Cargo.toml'), 'utf8'));
  if (!match) throw new Failure('Cargo.toml does not pin wasm-bindgen with `=`');
  return match[1];
}

/** cargo writes its list last, so what it names is whole. */
export function hasCrate(crate, version, program) {
  const list = join(toolsDir, '.crates.toml');
  return (
    existsSync(join(toolsDir, 'bin', program)) &&
    existsSync(list) &&
    readFileSync(list, 'utf8').includes(`"${crate} ${version} (`)
  );
}

/**
 * Builds a tool from crates.io into .tools.
 *
 * Unoptimized: that halves the time, and none of these tools is what one waits for. One target folder for all of them, so that
 * shared dependencies are compiled once and an interrupted run goes on where it was. Not `--locked`: a registry's mirror may
 * lack the very patch versions of a tool's own lock file.
 */
export async function installCrate(crate, version, line) {
  const args = ['install', crate, '--version', version, '--root', toolsDir, '--debug'];
  const env = { CARGO_TARGET_DIR: cargoInstallDir, CARGO_PROFILE_DEV_DEBUG: '0' };
  const { code, output } = await run('cargo', args, { onLine: line, env });
  if (code !== 0)
    throw new Failure(
      `cargo could not install ${crate}:\n${tail(output)}`,
      `cargo install ${crate} --version ${version} --root .tools`,
    );
}

export const cargoInstallDir = join(toolsDir, 'build');

export const tail = (text, lines = 25) => text.split('\n').slice(-lines).join('\n');
