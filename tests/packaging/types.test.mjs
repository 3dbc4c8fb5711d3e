// TypeScript programs of users, in each way that TypeScript finds a package, with every declaration checked.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { install, root } from './project.mjs';

const program = `
  async function captures() {
    for await (const record of inspect(new Uint8Array(), { filter: 'op == text' })) {
      if (record.type === 'frame') { const bytes: Uint8Array = payloadBytes(record.payload); void bytes; }
    }
    const { ok }: LintReport = await lint({ client: new Uint8Array() });
    void ok;
  }
  void captures;
  const connection = new Connection({ role: 'client' });
  for (const event of connection.receiveData(new Uint8Array()) ?? []) void event;
  for (const bytes of connection.dataToSend()) { const view: Uint8Array = bytes; void view; }
  const frames: Frame[] = [...decodeFrames(new Uint8Array())];
  const opcode: number = Opcode.Text;
  connection.free();
  void frames; void opcode;
`;
const esm = `import { Connection, decodeFrames, Opcode, type Frame } from 'sansocket';
  import { init } from 'sansocket/slim';
  import { inspect, lint, payloadBytes, type LintReport } from 'sansocket/inspect';
  void init(fetch('codec.wasm'));
  ${program}`;
const cjs = `import sansocket = require('sansocket');
  import type { Frame } from 'sansocket';
  import captured = require('sansocket/inspect');
  import type { LintReport } from 'sansocket/inspect';
  const { inspect, lint, payloadBytes } = captured;
  const { Connection, decodeFrames, Opcode } = sansocket;
  ${program}`;

let project;
before(async () => {
  project = await install();
  project.write('esm.mts', esm);
  project.write('cjs.cts', cjs);
  project.write('wrong.mts', `import { decodeFrames } from 'sansocket'; decodeFrames('text');`);
  for (const name of ['@types/node', 'undici-types']) {
    cpSync(join(root, 'node_modules', name), join(project.folder, 'node_modules', name), { recursive: true });
  }
});

const tsc = (...args) =>
  project.run(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--strict', '--target', 'es2022', ...args]);

for (const [platform, lib] of [
  ['in a browser', ['--lib', 'es2022,dom', '--types', '']],
  ['in Node', ['--lib', 'es2022', '--types', 'node']],
]) {
  describe(platform, () => {
    test('nodenext, ESM', () => tsc('--module', 'nodenext', ...lib, 'esm.mts'));
    test('nodenext, CommonJS', () => tsc('--module', 'nodenext', ...lib, 'cjs.cts'));
    test('bundler', () => tsc('--module', 'esnext', '--moduleResolution', 'bundler', ...lib, 'esm.mts'));
  });
}

test('a wrong argument is found', async () => {
  const wrong = tsc('--module', 'nodenext', '--lib', 'es2022,dom', 'wrong.mts');
  await assert.rejects(wrong, /error TS2345/);
});
