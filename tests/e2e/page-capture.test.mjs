// Captures in the page: what the engine says of them, filtering, finding, sharing, exporting, and very many frames.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeFrame } from 'sansocket';
import { zipOf } from '../cli/zip.mjs';
import { inEachBrowser, screenshots, www } from './browsers.mjs';
import { atFrame, count, drop, filter, rows, shows } from './capture-page.mjs';

/** Points at the one row that a filter lets through, once it is this frame's. */
async function choose(page, number) {
  await rows(page)
    .first()
    .locator('.c-n', { hasText: new RegExp(`^${number}$`) })
    .waitFor();
  await rows(page).first().click();
  await atFrame(page, number);
}

inEachBrowser(www, ({ name, open }) => {
  const openPage = async (hash = '', options = {}) => {
    const opened = await open(`/${hash}`, options);
    await opened.page.locator('#frame-title').waitFor();
    return opened;
  };

  test('the sample: both connections, their handshakes, and how they ended', async () => {
    const { page, faults } = await openPage();
    await shows(page, '27 of 27');
    assert.match(await page.locator('.status-line').innerText(), /27 frames, 2 connections, 1 error/);
    await page.getByRole('button', { name: 'About connection 1' }).click();
    const card = page.getByRole('dialog');
    await card.locator('.fact-list').waitFor();
    const text = (await card.innerText()).replace(/\s+/g, ' ');
    assert.match(text, /Client 10\.0\.0\.1:50000 Server 10\.0\.0\.2:8080/);
    assert.match(text, /windows of 2\^15 and 2\^15 bytes, kept from message to message/);
    assert.match(text, /client closed with 1000 Normal Closure “done”; server answered/);
    assert.match(text, /The handshake keeps every rule; nothing is wrong; it was closed cleanly\./);
    assert.match(text, /Subprotocol none Extensions permessage-deflate; offered permessage-deflate/);
    // Both heads line by line, each with the rules that it keeps.
    await card.getByRole('heading', { name: 'Response' }).waitFor();
    const lines = await card.locator('.head-lines li').allInnerTexts();
    assert.equal(lines.length, 8 + 5);
    assert.match(lines[4], /✓[\s]*Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==[\s\S]*16 bytes/);
    assert.match(lines.at(-2), /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=[\s\S]*Base64\(SHA-1/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'About connection 2' }).click();
    await page.locator('.card-verdict', { hasText: '1 error in all' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /50001/ }).click();
    await shows(page, '5 of 27');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('the filter: results, mistakes with their place, and switches', async () => {
    const { page, faults } = await openPage();
    for (const [expression, result] of [
      ['op == text and len > 80', '1 of 27'],
      ['op in (ping, pong)', '4 of 27'],
      ['close.code == 1007', '2 of 27'],
      ['violation == utf8-invalid', '1 of 27'],
      ['dir == s2c and /order/', '4 of 27'],
      ['json.type == "subscribe"', '1 of 27'],
    ]) {
      await filter(page, expression);
      await shows(page, result);
    }
    await filter(page, 'op == text and len >');
    const fault = page.locator('#filter-fault');
    await fault.filter({ hasText: 'The last good result stays' }).waitFor();
    assert.equal(await page.locator('#filter').getAttribute('aria-invalid'), 'true');
    await shows(page, '1 of 27');
    await filter(page, '');
    await shows(page, '27 of 27');
    assert.equal(await fault.innerText(), '');
    await page.getByRole('button', { name: 'violations', exact: true }).click();
    await shows(page, '1 of 27');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('button', { name: 'hide control frames' }).click();
    await shows(page, '19 of 27');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('radio', { name: 'messages', exact: true }).check();
    await shows(page, '26 of 27');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('messages: a row for each, its frames below it', async () => {
    const { page, faults } = await openPage();
    const list = page.locator('#frames');
    await list.focus();
    await page.keyboard.press('f');
    await shows(page, '26 of 27');
    assert.equal(await list.getAttribute('role'), 'treegrid');
    const message = list.locator('[aria-expanded]');
    await message.waitFor();
    assert.equal(await message.count(), 1);
    assert.match(await message.innerText(), /▸ 3\s[\s\S]*text\s+1\s+9\s+5\s+2 frames: Hello/);
    await page.keyboard.press('Home');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowRight');
    const parts = list.locator('.list-row.part');
    await parts.nth(1).locator('.c-preview', { hasText: 'lo' }).waitFor();
    assert.deepEqual(
      (await parts.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['3 0.237000 ← client text 0 5 3 Hel', '5 0.297000 ← client cont 1 4 2 lo'],
    );
    assert.deepEqual(await parts.evaluateAll((all) => all.map((row) => row.getAttribute('aria-level'))), ['2', '2']);
    assert.equal(await message.getAttribute('aria-expanded'), 'true');
    assert.equal(await list.getAttribute('aria-rowcount'), '29');
    // Control frames stay where they were, and the keys go through all of it.
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await atFrame(page, 5);
    await page.keyboard.press('j');
    await atFrame(page, 4);
    await page.keyboard.press('k');
    await page.keyboard.press('ArrowLeft');
    await atFrame(page, 3);
    await page.keyboard.press('ArrowLeft');
    await parts
      .first()
      .waitFor({ state: 'detached' })
      .catch(() => {});
    await page.waitForFunction(() => document.querySelector('#frames')?.getAttribute('aria-rowcount') === '27');
    await message.locator('.c-n').click();
    await page.waitForFunction(() => document.querySelector('#frames')?.getAttribute('aria-rowcount') === '29');
    await page.keyboard.press('f');
    await shows(page, '27 of 27');
    assert.equal(await list.getAttribute('role'), 'grid');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a gap is a row, and has its place in the timeline; a filter picks frames alone', async () => {
    const { page } = await openPage('#sample=gap');
    await shows(page, '38 of 38');
    await page.locator('.lane', { hasText: 'missing' }).waitFor();
    const list = page.locator('#frames');
    assert.equal(await list.getAttribute('aria-rowcount'), '40');
    await list.focus();
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('17');
    await page.keyboard.press('Enter');
    await atFrame(page, 17);
    const gap = list.locator('.list-row.gap');
    assert.match(await gap.innerText(), /118 bytes of the server missing, 0x462–0x4d8 \(connection 1\)/);
    const row = Number(await gap.getAttribute('data-index'));
    assert.equal(await list.locator(`[data-index="${row - 1}"] .c-n`).innerText(), '17');
    assert.equal(await list.locator(`[data-index="${row + 1}"] .c-n`).innerText(), '18');
    await list.focus();
    await page.keyboard.press('j');
    assert.equal(await gap.getAttribute('aria-selected'), 'true');
    await page.keyboard.press('j');
    await atFrame(page, 18);
    await filter(page, 'op == text');
    await shows(page, '38 of 38');
    await page.waitForFunction(() => document.querySelector('#frames')?.getAttribute('aria-rowcount') === '39');
    assert.equal(await gap.count(), 0);
    await page.close();
  });

  test('columns: keys, places, bytes in hex, and four ways to tell the time', async () => {
    const { page } = await openPage();
    await page.getByText('Columns', { exact: true }).click();
    for (const name of ['masking key', 'packet', 'offset in the stream', 'offset in the file']) {
      await page.getByRole('checkbox', { name, exact: true }).check();
    }
    const cells = (row, ...ids) =>
      Promise.all(ids.map((id) => page.locator(`#frames [data-index="${row}"] .c-${id}`).innerText()));
    await page.locator('#frames [data-index="0"] .c-key', { hasText: '37fa213d' }).waitFor();
    assert.deepEqual(await cells(0, 'key', 'packet', 'stream', 'file'), ['37fa213d', '6', '0xeb', '0x356']);
    assert.deepEqual(await cells(1, 'key', 'stream'), ['', '0xaf']);
    assert.match((await cells(6, 'preview'))[0], /^00 01 02 03 04/);
    const time = page.getByLabel('Time', { exact: true });
    for (const [mode, expected] of [
      ['previous', '0.030000'],
      ['delta', '0.060000'],
      ['absolute', '00:00:00.297'],
      ['relative', '0.297000'],
    ]) {
      await time.selectOption(mode);
      await filter(page, 'not op == ping');
      await shows(page, '25 of 27');
      await page.locator('#frames [data-index="3"] .c-t', { hasText: new RegExp(`^${expected}$`) }).waitFor();
    }
    await page.close();
  });

  test('read as something else: a format, a side, compression left as it is', async () => {
    const { page } = await openPage('#sample=compression');
    await shows(page, '122 of 122');
    await page.locator('.source-name .link').click();
    const dialog = page.getByRole('dialog', { name: 'Read it as something else' });
    await dialog.getByLabel('Compressed messages').selectOption('off');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await page.locator('#frames [data-index="0"] .c-preview', { hasText: /^aa 56 2a/ }).waitFor();
    await page.locator('.source-name .link').click();
    await dialog.getByLabel('Format').selectOption('pcapng');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await page.locator('.list-empty', { hasText: 'There is no frame' }).waitFor();
    await page.close();
  });

  test('an engine that crashes: what was opened can be read again without decompression', async () => {
    const { page } = await openPage();
    // Once, at the next call of that name.
    const crashAt = (name) =>
      page.evaluate((call) => {
        const post = Worker.prototype.postMessage;
        Worker.prototype.postMessage = function (message, ...more) {
          if (message.name !== call) return post.call(this, message, ...more);
          Worker.prototype.postMessage = post;
          return this.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
        };
      }, name);
    const alert = page.getByRole('alert').filter({ hasText: 'The engine stopped: out of memory.' });
    // While it is looked at.
    await crashAt('detail');
    await page.locator('#frames [data-index="2"]').click();
    await alert.waitFor();
    await page.getByRole('button', { name: 'Try again without decompression' }).click();
    await alert.waitFor({ state: 'detached' });
    await page.locator('#frames [data-index="8"] .c-preview', { hasText: 'f2 48 cd c9 c9 07 00' }).waitFor();
    // While it is read.
    await crashAt('open');
    await page.getByLabel('Sample', { exact: true }).selectOption('socketio');
    await alert.waitFor();
    await page.getByRole('button', { name: 'Try again without decompression' }).click();
    await page.locator('.source-name', { hasText: 'Socket.IO' }).waitFor();
    await shows(page, '11 of 11');
    await page.close();
  });

  test('keys: violations, Ping and Pong, the message, find, go', async () => {
    const { page } = await openPage();
    await page.locator('#frames').focus();
    await page.keyboard.press('e');
    await atFrame(page, 25);
    assert.match(await page.locator('#detail .findings').innerText(), /utf8-invalid[\s\S]*closed with 1007/);
    await page.keyboard.press('Home');
    await atFrame(page, 1);
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('8');
    await page.keyboard.press('Enter');
    await atFrame(page, 8);
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('0.2s');
    await page.keyboard.press('Enter');
    await atFrame(page, 3);
    await page.keyboard.press('m');
    await atFrame(page, 5);
    await page.keyboard.press('k');
    await atFrame(page, 4);
    assert.match(await page.locator('.frame-notes').innerText(), /Answered by\s+frame 6\s+after 39\.000 ms/);
    await page.keyboard.press('p');
    await atFrame(page, 6);
    await page.keyboard.press('p');
    await atFrame(page, 4);
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('0x10000');
    await page.keyboard.press('Enter');
    await atFrame(page, 8);
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('0x7fffffff');
    await page.keyboard.press('Enter');
    await page.locator('#go-note', { hasText: 'There is no such frame' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.getByLabel('A frame’s number').fill('4');
    await page.keyboard.press('Enter');
    await page.locator('#frames').focus();
    await page.keyboard.press('Control+f');
    await page.getByRole('searchbox', { name: 'Find' }).fill('still there');
    await page.locator('.find-bar', { hasText: '2 frames' }).waitFor();
    await page.keyboard.press('Enter');
    await atFrame(page, 6);
    await page.keyboard.press('Shift+Enter');
    await atFrame(page, 4);
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'frames');
    await shows(page, '27 of 27');
    await page.close();
  });

  test('layers and decoders', async () => {
    const { page } = await openPage();
    await filter(page, 'rsv1 == 1');
    await shows(page, '2 of 27');
    await rows(page).nth(1).click();
    await atFrame(page, 10);
    await page.getByRole('radio', { name: 'inflated', exact: true }).check();
    await page.locator('#detail .byte').nth(4).waitFor();
    assert.equal((await page.locator('#detail .byte').allInnerTexts()).join(' '), '48 65 6c 6c 6f');
    await filter(page, '/subscribe"/');
    await choose(page, 11);
    await page.getByRole('radio', { name: 'decoded', exact: true }).check();
    assert.match(await page.locator('.tree-view').innerText(), /JSON[\s\S]*channels:[\s\S]*"orders"/);
    await filter(page, 'lobby');
    await choose(page, 17);
    assert.match(await page.locator('.tree-view').innerText(), /Socket\.IO[\s\S]*EVENT[\s\S]*grüße/);
    await filter(page, 'op == binary and dir == c2s and len < 99');
    await choose(page, 18);
    assert.match(await page.locator('.tree-view').innerText(), /MessagePack[\s\S]*id: 7/);
    await page.close();
  });

  test('the timeline: a brush by keys, and the same as a table', async () => {
    const { page } = await openPage();
    const canvas = page.getByRole('img', { name: /Timeline of 27 frames/ });
    await canvas.focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await count(page).filter({ hasNotText: '27 of 27' }).waitFor();
    await page.keyboard.press('0');
    await shows(page, '27 of 27');
    await page.getByRole('button', { name: 'as a table' }).click();
    const table = page.getByRole('dialog');
    const [first, pairs] = [table.getByRole('table').first(), table.getByRole('table').last()];
    await first.locator('tbody tr').nth(19).waitFor();
    assert.deepEqual(
      (await pairs.locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['4 server 6 39.000 ms', '19 client 20 21.000 ms'],
    );
    const frames = await first
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.reduce((sum, row) => sum + Number(row.children[1]?.textContent) + Number(row.children[3]?.textContent), 0),
      );
    assert.equal(frames, 27);
    await page.close();
  });

  test('a link holds the capture, its filter and the frame; structure only holds nothing that was said', async () => {
    const { page } = await openPage();
    const stream = Buffer.concat([
      encodeFrame({ opcode: 1, payload: 'the secret of a frame', masked: true }),
      encodeFrame({ opcode: 9, payload: 'ping', masked: true }),
    ]);
    await drop(page, [['secret.bin', stream]]);
    await page.locator('#frames').focus();
    await page.keyboard.press('j');
    await atFrame(page, 2);
    await filter(page, 'op == ping');
    await shows(page, '1 of 2');
    await page.locator('#frames').focus();
    await page.keyboard.press('s');
    const link = page.getByLabel('Link', { exact: true });
    await link.waitFor();
    const whole = await link.inputValue();
    await page.getByLabel('Structure only').check();
    await page.waitForFunction((before) => {
      const field = document.getElementById('link');
      return field instanceof HTMLInputElement && field.value !== before;
    }, whole);
    const structure = await link.inputValue();
    await page.close();

    const again = await openPage(`#${whole.split('#')[1]}`);
    await shows(again.page, '1 of 2');
    await atFrame(again.page, 2);
    await filter(again.page, 'secret');
    await shows(again.page, '1 of 2');
    assert.deepEqual(again.faults, []);
    await again.page.close();

    const bare = await openPage(`#${structure.split('#')[1]}`);
    await filter(bare.page, '');
    await shows(bare.page, '2 of 2');
    await rows(bare.page).first().click();
    await atFrame(bare.page, 1);
    assert.match(await bare.page.locator('#frame-title').innerText(), /text, 27 bytes/);
    await filter(bare.page, 'secret');
    await shows(bare.page, '0 of 2');
    await filter(bare.page, 'x'.repeat(21));
    await shows(bare.page, '1 of 2');
    await bare.page.close();
  });

  test('structure only warns of compressed messages', async () => {
    const { page } = await openPage();
    await page.locator('#frames').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Structure only').check();
    await page.locator('.share', { hasText: 'Filler is no DEFLATE' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByLabel('Sample', { exact: true }).selectOption('socketio');
    await page.locator('.source-name', { hasText: 'Socket.IO' }).waitFor();
    await shows(page, '11 of 11');
    await page.locator('#frames').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Structure only').check();
    await page.getByLabel('Link', { exact: true }).waitFor();
    assert.doesNotMatch(await page.locator('.share').innerText(), /DEFLATE/);
    await page.close();
  });

  test('links of strangers', async () => {
    const bomb = await compressed(Buffer.alloc(64 << 20));
    for (const bad of ['1.d.AAAA', '1.0.', '1.x.AAAA', `1.d.${bomb}`, '%E0%A4%A', 'sample=none', 'f=%zz']) {
      const { page, faults } = await openPage(`#${bad}`);
      await shows(page, '27 of 27');
      assert.deepEqual(faults, [], bad);
      await page.close();
    }
  });

  test('two directions at once, gzip, zip, hex in a file, and what is no capture', async () => {
    const { page, faults } = await openPage();
    const client = encodeFrame({ opcode: 1, payload: 'up', masked: true });
    const server = encodeFrame({ opcode: 1, payload: 'down' });
    await drop(page, [
      ['server.bin', server],
      ['client.bin', client],
    ]);
    await shows(page, '2 of 2');
    await rows(page).nth(1).locator('.c-dir', { hasText: /./ }).waitFor();
    const sides = await rows(page).locator('.c-dir').allInnerTexts();
    assert.deepEqual(sides.sort(), ['← client', '→ server']);
    await drop(page, [['frames.bin.gz', gzipSync(server)]]);
    await shows(page, '1 of 1');
    await drop(page, [['cut.bin.gz', gzipSync(Buffer.concat([server, server])).subarray(0, -9)]]);
    await page.locator('.troubles', { hasText: 'the gzip data is cut' }).waitFor();
    await drop(page, [['frames.txt', '81 02 75 70']]);
    await shows(page, '1 of 1');
    assert.match(await page.locator('.source-name').innerText(), /read as hex/);
    await drop(page, [['tls.bin', Buffer.from('1603010200010001fc0303', 'hex')]]);
    await page.locator('.troubles', { hasText: 'TLS' }).waitFor();
    assert.match(await page.locator('.list-empty').innerText(), /There is no frame/);
    await drop(page, [['trace.zip', zipOf({ 'har.har': har('kept.jsonl'), 'kept.jsonl': MESSAGES })]]);
    await shows(page, '2 of 2');
    await rows(page).nth(1).locator('.c-preview', { hasText: 'two' }).waitFor();
    assert.deepEqual(await rows(page).locator('.c-preview').allInnerTexts(), ['one', 'two']);
    await drop(page, [['other.zip', zipOf({ 'a.txt': 'nothing' })]]);
    await page.locator('.troubles', { hasText: 'the zip archive holds no .har file' }).waitFor();
    await drop(page, [['empty.pcap', Buffer.alloc(0)]]);
    await shows(page, '0 of 0');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('half a million frames: every row can be reached, and the space stays below what browsers bear', async () => {
    const { page, faults } = await openPage();
    const ping = Buffer.from([0x89, 0]);
    const hello = Buffer.from([0x81, 1, 0x78]);
    await drop(page, [['many.bin', Buffer.concat([Buffer.alloc(1_000_000, ping), hello])]]);
    await page.locator('.status-line', { hasText: '500,001 frames' }).waitFor({ timeout: 60_000 });
    const space = await page.locator('.list-space').evaluate((node) => node.getBoundingClientRect().height);
    assert.ok(space > 7_000_000 && space <= 8_000_000, `${space} px`);
    assert.equal(await page.locator('#frames').getAttribute('aria-rowcount'), '500002');
    await page.locator('#frames').focus();
    await page.keyboard.press('End');
    await atFrame(page, 500_001);
    assert.equal(await rows(page).filter({ hasText: '500,001' }).getAttribute('aria-rowindex'), '500002');
    await page.keyboard.press('k');
    await atFrame(page, 500_000);
    // A notch of the wheel is as far as anywhere, though the bar stands for nearly two rows a pixel.
    const firstRow = () =>
      page.evaluate(() =>
        Math.min(
          ...[...document.querySelectorAll('#frames .list-rows .list-row:not([hidden])')].map((row) =>
            Number(row.dataset.index),
          ),
        ),
      );
    await page.locator('#frames').evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    await page.waitForFunction(() => {
      const row = document.querySelector('#frames .list-rows .list-row:not([hidden])');
      return Math.abs(Number(row?.dataset.index) - 250_000) < 200;
    });
    const before = await firstRow();
    await page.locator('#frames').evaluate((list) => {
      list.dispatchEvent(new WheelEvent('wheel', { deltaY: 220, bubbles: true, cancelable: true }));
    });
    await page.waitForFunction(
      (row) => document.querySelector(`#frames .list-rows .list-row[data-index="${row}"]:not([hidden])`) === null,
      before + 9,
    );
    assert.equal(await firstRow(), before + 10);
    await filter(page, 'op == text');
    await shows(page, '1 of 500,001');
    // Rows come from the worker, after the count.
    await page.waitForFunction(
      () => document.querySelectorAll('#frames .list-rows .list-row:not([hidden])').length === 1,
    );
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, `${name}-many.png`) });
    await page.close();
  });

  test('a worker has the policy of the page', {
    skip: name !== 'chromium' && 'workers are seen by Chromium alone',
  }, async () => {
    const { page } = await openPage();
    const [worker] = page.workers();
    assert.ok(worker, 'there is a worker');
    const outcome = await worker.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'sent',
        (error) => String(error),
      ),
    );
    assert.match(outcome, /Refused to connect|Failed to fetch|Content Security Policy/);
    const reported = await worker.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          fetch('http://127.0.0.1:9/').catch(() => {});
          setTimeout(() => resolve('nothing was refused'), 5000);
        }),
    );
    assert.equal(reported, 'connect-src');
    await page.close();
  });
});

/** A HAR of Playwright, whose messages are in a file of their own. */
const har = (file) =>
  JSON.stringify({
    log: {
      version: '1.2',
      entries: [
        {
          _resourceType: 'websocket',
          startedDateTime: '2026-01-01T00:00:00.000Z',
          request: { method: 'GET', url: 'ws://h/', headers: [] },
          response: { status: 101, headers: [], content: { _file: file } },
        },
      ],
    },
  });
const MESSAGES = ['one', 'two']
  .map((data) => `${JSON.stringify({ type: 'send', time: 1767225600000, opcode: 1, data })}\n`)
  .join('');

async function compressed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return Buffer.from(await new Response(stream).arrayBuffer()).toString('base64url');
}
