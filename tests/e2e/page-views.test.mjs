// The views of the page that need no capture: handshakes, frames to build, and two codecs that talk.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { at } from '../../tools/lib/paths.mjs';
import { outputOf } from '../../tools/lib/run.mjs';
import { inEachBrowser, www } from './browsers.mjs';
import { becomes, eventually } from './eventually.mjs';

const acceptOf = (key) => createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const select = async (page, label, value) => page.getByLabel(label, { exact: true }).selectOption(value);

inEachBrowser(www, ({ open }) => {
  const openView = async (hash, options) => {
    const opened = await open(`/#${hash}`, options);
    await opened.page.locator('.view:not([hidden]) .panel').first().waitFor();
    return opened;
  };

  test('handshake: every step of the accept value, random keys, and wrong ones', async () => {
    const { page, faults } = await openView('handshake');
    const accept = page.getByRole('status', { name: 'Sec-WebSocket-Accept' });
    await becomes(() => accept.innerText(), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    await becomes(
      () => page.locator('#digest').innerText(),
      'b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea',
    );
    await becomes(
      () => page.locator('.joined').innerText(),
      'dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11',
    );
    const key = page.getByLabel('Sec-WebSocket-Key');
    await page.getByRole('button', { name: 'New key' }).click();
    const fresh = await eventually(async () => {
      const value = await key.inputValue();
      assert.notEqual(value, 'dGhlIHNhbXBsZSBub25jZQ==');
      assert.match(value, /^[A-Za-z0-9+/]{22}==$/);
      return value;
    });
    await becomes(() => accept.innerText(), acceptOf(fresh));
    await becomes(() => key.getAttribute('aria-invalid'), 'false');
    for (const [bad, note] of [
      ['not base64!', /this is not base64/],
      ['dGhl', /16 bytes in base64; this has 3/],
      ['\ud800', /this is not base64/],
    ]) {
      await key.fill(bad);
      await becomes(() => page.locator('#key-note').innerText(), note);
      await becomes(() => key.getAttribute('aria-invalid'), 'true');
    }
    await page.getByRole('button', { name: 'RFC’s key' }).click();
    await becomes(() => accept.innerText(), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('handshake: an accept value to compare with', async () => {
    const { page } = await openView('handshake');
    const verify = page.getByLabel('An accept value to compare with');
    for (const [value, note] of [
      ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', /It belongs to the key/],
      ['s3pPLMBiTxaQ9kYGzzhZRbK+xOp=', /differs from character 27 on.*hs-accept-mismatch/],
      ['s3pP', /ends after 4 of 28/],
      ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo==', /has something behind it/],
    ]) {
      await verify.fill(value);
      await becomes(() => page.locator('#verify-note').innerText(), note);
    }
    await page.close();
  });

  test('handshake: the key travels in the address', async () => {
    const { page } = await openView('handshake=AAAAAAAAAAAAAAAAAAAAAA%3D%3D');
    await becomes(() => page.getByLabel('Sec-WebSocket-Key').inputValue(), 'AAAAAAAAAAAAAAAAAAAAAA==');
    await becomes(() => page.locator('#accept').innerText(), acceptOf('AAAAAAAAAAAAAAAAAAAAAA=='));
    await page.close();
  });

  test('handshake: the rules of pasted heads one by one, and the codec says the same', async () => {
    const { page, faults } = await openView('handshake');
    const cards = page.locator('.head-card');
    await becomes(() => cards.nth(0).innerText(), /keeps every rule[\s\S]*as a server, accepts it/);
    await becomes(
      () => cards.nth(0).innerText(),
      /HTTP\/1\.1 101 Switching Protocols[\s\S]*Sec-WebSocket-Protocol: chat/,
    );
    await becomes(() => cards.nth(1).innerText(), /keeps every rule[\s\S]*opens the connection/);
    const broken = async () => page.locator('.check.broken strong').allInnerTexts();
    await becomes(broken, []);
    await select(page, 'Example', 'a server that answers wrongly');
    await becomes(broken, ['hs-accept-mismatch', 'hs-subprotocol-unoffered', 'hs-extension-unoffered']);
    await becomes(() => cards.nth(1).innerText(), /3 faults[\s\S]*drops it: .*Sec-WebSocket-Accept/);
    await select(page, 'Example', 'a request that a server refuses');
    await becomes(broken, [
      'hs-method-version',
      'hs-upgrade',
      'hs-connection',
      'hs-key-invalid',
      'hs-version',
      'hs-missing-host',
    ]);
    await becomes(() => cards.nth(0).innerText(), /refuses it with 505/);
    await select(page, 'Example', 'with compression');
    await becomes(broken, []);
    await becomes(() => cards.nth(0).innerText(), /Sec-WebSocket-Extensions: permessage-deflate/);
    const heads = page.getByLabel('Heads of a handshake');
    const text = await heads.inputValue();
    for (const [from, to, id] of [
      ['client_max_window_bits=12', 'client_max_window_bits=16', 'hs-pmd-params'],
      ['101 Switching', '200 Switching', 'hs-status'],
      ['client_max_window_bits=12', 'server_no_context_takeover; server_no_context_takeover', 'hs-pmd-params'],
      ['Version: 13', 'Version: 7', 'hs-version'],
    ]) {
      await heads.fill(text.replace(from, to));
      await becomes(broken, [id], to);
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('build: from the form to bytes', async () => {
    const { page, faults } = await openView('build');
    const hex = page.getByLabel('The frame in hex');
    await becomes(() => hex.inputValue(), '81 85 37 fa 21 3d 7f 9f 4d 51 58');
    await page.getByLabel('MASK, as a client has to').uncheck();
    await becomes(() => hex.inputValue(), '81 05 48 65 6c 6c 6f');
    await select(page, 'Payload length in', '16');
    await becomes(() => hex.inputValue(), '81 7e 00 05 48 65 6c 6c 6f');
    const found = (id) => page.locator('.findings', { hasText: id }).waitFor();
    await found('length-nonminimal');
    await becomes(() => page.locator('.findings').innerText(), /RFC 6455 §5\.2 · byte 2 · closed with 1002/);
    await select(page, 'Payload length in', 'shortest');
    await page.getByLabel('FIN', { exact: true }).uncheck();
    await page.getByLabel('RSV1', { exact: true }).check();
    await becomes(() => hex.inputValue(), '41 05 48 65 6c 6c 6f');
    await select(page, 'Opcode', '8');
    await page.getByLabel('FIN', { exact: true }).check();
    await page.getByLabel('RSV1', { exact: true }).uncheck();
    await page.getByLabel('Status code').fill('4001');
    await page.getByRole('textbox', { name: 'Reason' }).fill('bye');
    await becomes(() => hex.inputValue(), '88 05 0f a1 62 79 65');
    await page.getByLabel('Status code').fill('1005');
    await found('close-code-forbidden');
    await becomes(() => page.locator('.finding').count(), 1);
    await select(page, 'Sent by', 'client');
    await found('mask-missing');
    await select(page, 'Sent by', 'server');
    await page.locator('.finding', { hasText: 'mask-missing' }).waitFor({ state: 'detached' });
    await page.getByLabel('Status code').fill('none');
    await becomes(() => page.locator('#build-note').innerText(), /the status code is a number/);
    await becomes(() => hex.inputValue(), '88 05 03 ed 62 79 65', 'the last frame stays');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('build: from bytes in any notation to the form', async () => {
    const { page } = await openView('build');
    const hex = page.getByLabel('The frame in hex');
    await hex.fill('0x02, 0x83, 0x01, 0x02, 0x03, 0x04, 0xfe, 0xfd, 0xfc');
    await becomes(() => page.getByLabel('Opcode').inputValue(), '2');
    await becomes(() => page.getByLabel('FIN', { exact: true }).isChecked(), false);
    await becomes(() => page.getByLabel('Masking key').inputValue(), '01 02 03 04');
    await becomes(() => page.getByLabel('Payload as hex').inputValue(), 'ff ff ff');
    await hex.fill('88 02 03 e8');
    await becomes(() => page.getByLabel('Status code').inputValue(), '1000');
    await hex.fill('82 7f 80 00 00 00 00 00 00 05');
    await page.locator('.findings', { hasText: 'length-msb' }).waitFor();
    await hex.fill('81 05 48 6x');
    await becomes(() => page.locator('#build-note').innerText(), /Line 1, column 11/);
    await page.locator('.verdict', { hasText: /truncated.*without 4 bytes/ }).waitFor();
    await hex.fill('81 05 48 65 6c 6c 6f');
    await page.locator('.verdict', { hasText: 'no violation' }).waitFor();
    await hex.fill('');
    await becomes(() => page.locator('.view-build').innerText(), /No bytes yet/);
    await page.close();
  });

  test('build: a frame in the address, and the code that makes it', async () => {
    const { page } = await openView('build=0983010203046e6b7a');
    await becomes(() => page.getByLabel('The frame in hex').inputValue(), '09 83 01 02 03 04 6e 6b 7a');
    await page.locator('.findings', { hasText: 'control-fragmented' }).waitFor();
    const code = await page.locator('pre.code').innerText();
    const printed = await runs(`${code}\nconsole.log(Buffer.from(bytes).toString('hex'));`);
    assert.equal(printed.trim(), '0983010203046e6b7a');
    await page.close();
  });

  test('playground: one byte after the other', async () => {
    const { page, faults } = await openView('playground');
    const awaits = page.locator('.endpoint.server .awaits');
    const byte = page.getByRole('button', { name: '1 byte from client to server' });
    await becomes(() => awaits.innerText(), /text: 3 more header bytes/);
    for (const expected of [
      '2 more header bytes',
      '1 more header byte',
      '0 of 5 payload bytes',
      '1 of 5 payload bytes',
    ]) {
      await byte.click();
      await becomes(() => awaits.innerText(), new RegExp(expected));
    }
    await page.getByRole('button', { name: 'All from client to server' }).click();
    await becomes(() => awaits.innerText(), /between frames/);
    await becomes(
      () => page.locator('.entry.received').last().innerText(),
      /receiveData\(4 bytes\)[\s\S]*text "Hello"/,
    );
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('playground: a rule that is broken fails the connection, and both sides end', async () => {
    const { page } = await openView('playground');
    await page.getByRole('button', { name: 'All from client to server' }).click();
    await page.locator('#client-violation').selectOption('utf8-invalid');
    await page.locator('.endpoint.client').getByRole('button', { name: 'Break it' }).click();
    await page.getByRole('button', { name: 'Chunk from client to server' }).click();
    await becomes(() => page.locator('.event.bad').last().innerText(), /error invalid_utf8, closes with 1007/);
    await becomes(() => page.locator('.endpoint.server .state').innerText(), /closing/);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.endpoint.client .state', { hasText: 'closed' }).waitFor();
    await becomes(() => page.locator('.ledger').innerText(), /close 1007/);
    await page.close();
  });

  test('playground: every rule of the menu is found by the other side', async () => {
    const { page } = await openView('playground');
    for (const side of ['client', 'server']) {
      const ids = await page.locator(`#${side}-violation option`).allInnerTexts();
      assert.ok(ids.length >= 20, `${ids.length} rules for the ${side}`);
      for (const id of ids) {
        const to = 1 << 20;
        const opened = id.startsWith('hs-')
          ? side === 'server'
            ? [{ do: 'handshake' }, { do: 'deliver', from: 'client', count: 1 }]
            : []
          : [
              { do: 'handshake' },
              { do: 'deliver', from: 'client', count: to },
              { do: 'deliver', from: 'server', count: to },
            ];
        const deflate = id === 'inflate-error' || id.startsWith('rsv1');
        const actions = [...opened, { do: 'violate', who: side, id }, { do: 'deliver', from: side, count: to }];
        const link = Buffer.from(JSON.stringify([1, { deflate }, actions])).toString('base64url');
        await page.goto(`${page.url().split('#')[0]}#playground=${link}`);
        // The scenario before stays in sight until the page has read the new address.
        await page
          .locator('#playground-code')
          .filter({ hasText: new RegExp(`// ${id}$`, 'm') })
          .waitFor();
        const last = page.locator('.entry.received').last();
        await last.filter({ hasText: /error|text "|pong|no event|close/ }).waitFor();
        const told = (await last.innerText()).replace(/\s+/g, ' ');
        // Weak keys, empty fragments, unasked Pongs and data after a Close fail no receiver; a long frame is only awaited.
        const lawful = ['mask-key-weak', 'fragment-empty', 'pong-unsolicited', 'data-after-close'].includes(id);
        if (lawful) assert.doesNotMatch(told, /error/, `${side} ${id}: ${told}`);
        else assert.match(told, /error/, `${side} ${id}: ${told}`);
      }
    }
    await page.close();
  });

  test('playground: damage on the way', async () => {
    const { page } = await openView('playground');
    await page.getByLabel('Byte to damage from client to server').fill('3');
    await page.getByRole('button', { name: 'Flip a bit of it from client to server' }).click();
    await page.getByRole('button', { name: 'All from client to server' }).click();
    await becomes(() => page.locator('.entry.received').last().innerText(), /text "Iello"/);
    await page.getByRole('button', { name: 'Step back' }).click();
    await page.getByRole('button', { name: 'Step back' }).click();
    await page.getByLabel('Byte to damage from client to server').fill('7');
    await page.getByRole('button', { name: 'Lose it from client to server' }).click();
    await page.getByRole('button', { name: 'All from client to server' }).click();
    await becomes(() => page.locator('.endpoint.server .awaits').innerText(), /4 of 5 payload bytes/);
    await page.getByRole('button', { name: 'Cut the transport from client to server' }).click();
    await page.getByRole('button', { name: 'Chunk from client to server' }).click();
    await becomes(() => page.locator('.event.bad').last().innerText(), /error unexpected_eof/);
    await page.close();
  });

  test('playground: the code does what was done, and the scenario is in the address', async () => {
    const { page } = await openView('playground');
    await select(page, 'Scenario', 'compressed twice, with context');
    await page.locator('.entry.received').last().filter({ hasText: 'costs next to nothing' }).waitFor();
    const events = await page.locator('.entry.received .event').allInnerTexts();
    assert.equal(events.filter((event) => event.startsWith('text')).length, 2);
    const printed = await runs(await page.locator('#playground-code').innerText());
    assert.equal(printed.match(/the second time this costs next to nothing/g)?.length, 2);
    const before = await page.locator('.ledger').innerText();
    const address = await page.evaluate(() => location.hash.slice(1));
    await page.close();
    const again = await openView(address);
    await becomes(() => again.page.locator('.ledger').innerText(), before);
    await again.page.close();
  });

  test('playground: what was written, as a capture', async () => {
    const { page, faults } = await openView('playground');
    await page.getByRole('button', { name: 'Open in Inspect' }).click();
    await page.locator('.source-name', { hasText: 'from the link' }).waitFor();
    await page.locator('#filter-count').filter({ hasText: '1 of 1' }).waitFor();
    await becomes(() => page.locator('#frames').innerText(), /→ server\s+text\s+1\s+11\s+5\s+Hello/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('playground: links of strangers', async () => {
    for (const bad of [
      'x',
      Buffer.from('[1,{},[{"do":"text","who":"mallory","text":"x"}]]').toString('base64url'),
      '%ff',
    ]) {
      const { page, faults } = await openView(`playground=${bad}`);
      await becomes(() => page.locator('.ledger').innerText(), /GET \/chat/, 'the first scenario is shown');
      assert.deepEqual(faults, []);
      await page.close();
    }
    const attack = '<img src=x onerror="document.title=1">\u202e';
    const actions = [
      { do: 'handshake' },
      { do: 'deliver', from: 'client', count: 999 },
      { do: 'deliver', from: 'server', count: 999 },
      { do: 'text', who: 'client', text: attack },
      { do: 'deliver', from: 'client', count: 999 },
    ];
    const link = Buffer.from(JSON.stringify([1, {}, actions])).toString('base64url');
    const { page, faults } = await openView(`playground=${link}`);
    await page.locator('.entry.received').last().filter({ hasText: '<img' }).waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.doesNotMatch(await page.locator('main:not([hidden])').innerText(), /\u202e/);
    assert.deepEqual(faults, []);
    await page.close();
  });
});

/** Runs code as a user of the package would, with its types left out. */
async function runs(code) {
  const folder = mkdtempSync(at('tests', 'e2e', '.code-'));
  try {
    const { transform } = await import('esbuild');
    const { code: plain } = await transform(code, { loader: 'ts', format: 'esm' });
    const file = join(folder, 'code.mjs');
    writeFileSync(file, plain);
    return await outputOf(process.execPath, [file]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
