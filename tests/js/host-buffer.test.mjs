// Texts are the same whatever the host has by the name of `Buffer`: Node's, one that is stricter, one of a bundler, none.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const hosts = {
  "Node's": '',
  'one that has to be told how much to write, as in workerd with nodejs_compat': `
    const { latin1Write } = Buffer.prototype;
    Buffer.prototype.latin1Write = function (text, offset, length = this.length) {
      if (length > this.length - offset) throw new RangeError('The value of "length" is out of range');
      return latin1Write.call(this, text, offset, length);
    };`,
  'one without the methods of an engine, as bundlers add to pages': `
    globalThis.Buffer = class Polyfill extends Uint8Array {
      static from(...args) { return new Polyfill(...args); }
      static allocUnsafeSlow(length) { return new Polyfill(length); }
      static byteLength(text) { return new TextEncoder().encode(text).length; }
      write(text, start) { return new TextEncoder().encodeInto(text, this.subarray(start)).written; }
    };`,
  none: 'delete globalThis.Buffer;',
};

const program = `
  const { Connection } = await import('sansocket');
  const lengths = [1, 31, 32, 33, 125, 126, 255, 256, 300, 5000, 20_000, 70_000];
  const texts = lengths.flatMap((length) => ['x'.repeat(length), 'é'.repeat(length), '😀'.repeat(length)]);
  const short = Array.from({ length: 50 }, (_, i) => 'short ' + i);
  for (const [from, to] of [['client', 'server'], ['server', 'client']]) {
    const sender = new Connection({ role: from });
    const receiver = new Connection({ role: to });
    const passOn = () => { for (const bytes of sender.dataToSend()) receiver.receiveData(bytes); };
    for (const text of texts) { sender.sendText(text); passOn(); }
    for (const text of [...short, ...texts]) sender.sendText(text);
    sender.sendPing('x'.repeat(100));
    sender.sendClose(1000, 'é'.repeat(50));
    passOn();
    const got = [...receiver.events()];
    const expected = [...texts, ...short, ...texts];
    const wrong = expected.findIndex((text, i) => got[i]?.data !== text);
    if (wrong >= 0 || got.at(-1).reason !== 'é'.repeat(50)) throw new Error('text ' + wrong);
  }
  console.log('all are the same');
`;

for (const [name, setUp] of Object.entries(hosts)) {
  test(name, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', setUp + program], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
    });
    assert.equal(stderr, '');
    assert.equal(stdout, 'all are the same\n');
  });
}
