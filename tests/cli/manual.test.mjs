// Every command of the manual prints what the manual says, and the records fit their schema.

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { captureOf, fileOf, program, recordsOf, sansocket } from './run.mjs';

const manual = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

// `sansocket` on the PATH, as after an installation.
const shim = fileOf(`#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, 'sansocket');
chmodSync(shim, 0o755);
const env = { ...process.env, PATH: `${dirname(shim)}${delimiter}${process.env.PATH}`, NO_COLOR: '1' };
const hasJq = spawnSync('jq', ['--version']).status === 0;

for (const [block, body] of manual.matchAll(/^```console\n(.*?)^```$/gms)) {
  const line = manual.slice(0, manual.indexOf(block)).split('\n').length;
  for (const [, command, expected] of body.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
    const skip = process.platform === 'win32' || (/\| jq /.test(command) && !hasJq);
    test(`line ${line}: ${command}`, { skip }, async () => {
      const options = { cwd: captureOf(''), env, timeout: 120_000 };
      // `lint` may find something: its exit code is not what this is about.
      const { stdout } = await promisify(execFile)('bash', ['-c', `${command}; true`], options);
      assert.equal(stdout, expected);
    });
  }
}

const schema = JSON.parse(readFileSync(new URL('../../pkg/records.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({
  strict: true,
  strictTypes: false,
  allowUnionTypes: true,
  strictRequired: false,
}).compile(schema);

test('every record fits the schema that is published', async () => {
  const files = readdirSync(captureOf('')).filter((name) => !/\.(ndjson|mjs)$/.test(name));
  const { stdout } = await sansocket(['-m', '-x', '--format', 'ndjson', ...files.map(captureOf)]);
  const frames = await sansocket([
    '--bytes',
    'hex',
    '--max-payload',
    '3',
    '--format',
    'ndjson',
    ...files.map(captureOf),
  ]);
  const records = recordsOf(stdout + frames.stdout);
  const types = new Set();
  for (const record of records) {
    assert.ok(validate(record), `${JSON.stringify(record)}\n${JSON.stringify(validate.errors)}`);
    types.add(record.type);
  }
  for (const type of ['capture', 'handshake', 'frame', 'message', 'violation', 'gap', 'close', 'summary'])
    assert.ok(types.has(type), type);
  const broken = { ...records.find(({ type }) => type === 'frame'), dir: 'up' };
  assert.ok(!validate(broken));
});
