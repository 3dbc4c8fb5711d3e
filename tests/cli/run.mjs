// Runs the built command as its users do, on files made for the occasion.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../pkg/cli/sansocket.js', import.meta.url));

let folder;
after(() => folder && rmSync(folder, { recursive: true, force: true }));

/** Writes a file into a folder that goes away with the tests; gives its path. */
export function fileOf(content, name = 'input') {
  folder ??= mkdtempSync(join(tmpdir(), 'sansocket-cli-'));
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The path of a file that does not exist. */
export const missingFile = (name) => `${fileOf('')}-${name}`;

/** Starts the command. */
export function start(args, { env = {}, nodeArgs = [] } = {}) {
  const inherited = { ...process.env };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'NODE_TEST_CONTEXT']) delete inherited[name];
  return spawn(process.execPath, [...nodeArgs, program, ...args], { env: { ...inherited, ...env } });
}

/** Runs the command to its end: `{ code, stdout, stderr }`. `input` goes to standard input. */
export async function sansocket(args, { input, ...options } = {}) {
  const child = start(args, options);
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

/** `decode --json`: `{ code, records, stderr }`. */
export async function decodeJson(content, ...flags) {
  const { code, stdout, stderr } = await sansocket(['decode', '--json', ...flags, fileOf(content)]);
  return {
    code,
    stderr,
    records: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

export async function textOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
