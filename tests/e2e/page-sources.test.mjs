// Captures on their way into the page and out of it: files, links, other ways to read them, and an engine that crashes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { encodeFrame } from 'sansocket';
import { captureOf } from '../cli/run.mjs';
import { zipOf } from '../cli/zip.mjs';
import { inEachBrowser, www } from './browsers.mjs';
import {
  atFrame,
  choose,
  closeSheet,
  drop,
  filter,
  goTo,
  letGo,
  opensCaptures,
  paste,
  rows,
  shows,
  visit,
} from './capture-page.mjs';
import { becomes, eventually, PATIENCE } from './eventually.mjs';

inEachBrowser(www, ({ name, open }) => {
  const openPage = opensCaptures(open);

  test('read as something else: a format, a side, compression left as it is', async () => {
    const { page } = await openPage('#sample=compression');
    await shows(page, '122 of 122');
    const readAs = page.locator('.source-name .link');
    await readAs.click();
    const dialog = page.getByRole('dialog', { name: 'Read it as something else' });
    await dialog.getByLabel('Compressed messages').selectOption('off');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await page.locator('#frames [data-index="0"] .c-preview', { hasText: /^aa 56 2a/ }).waitFor();
    await readAs.click();
    await dialog.getByLabel('Format').selectOption('pcapng');
    await dialog.getByRole('button', { name: 'Read again' }).click();
    await page.locator('.list-empty', { hasText: 'There is no frame' }).waitFor();
    // Whatever the mask bit tells.
    for (const [side, hex, shown] of [
      ['client', '81 00', '→ server'],
      ['server', '81 81 00 00 00 00 61', '← client'],
    ]) {
      await paste(page, hex, { side });
      await becomes(() => rows(page).locator('.c-dir').allInnerTexts(), [shown]);
    }
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
    const structure = await eventually(async () => {
      const value = await link.inputValue();
      assert.notEqual(value, whole);
      return value;
    });
    await page.close();

    const again = await openPage(`#${whole.split('#')[1]}`);
    await shows(again.page, '1 of 2');
    await atFrame(again.page, 2);
    await filter(again.page, 'secret');
    await choose(again.page, 1);
    await shows(again.page, '1 of 2');
    assert.deepEqual(again.faults, []);
    await again.page.close();

    const bare = await openPage(`#${structure.split('#')[1]}`);
    await filter(bare.page, '');
    await shows(bare.page, '2 of 2');
    await choose(bare.page, 1);
    await becomes(() => bare.page.locator('#frame-title').innerText(), /text, 27 bytes/);
    await filter(bare.page, 'secret');
    await shows(bare.page, '0 of 2');
    await filter(bare.page, 'x'.repeat(21));
    await shows(bare.page, '1 of 2');
    await bare.page.close();
  });

  test('a sample and a filter in the address, whole', async () => {
    for (const hash of ['#f=op%20%3D%3D%20ping', '#f=op==ping', '#sample=rfc&f=op+%3D%3D+ping']) {
      const { page, faults } = await openPage(hash);
      await shows(page, '2 of 27');
      assert.match(await page.locator('#filter').inputValue(), /^op ?== ?ping$/);
      await page.evaluate(() => {
        location.hash = '#f=op == pong';
      });
      await shows(page, '2 of 27');
      await becomes(() => page.locator('#filter').inputValue(), 'op == pong');
      assert.deepEqual(faults, []);
      await page.close();
    }
  });

  test('the link of a sample holds the filter with its switches, the connection, the layer and the frame', async () => {
    const { page } = await openPage();
    const linkOf = async () => {
      await page.locator('#frames').focus();
      await page.keyboard.press('s');
      const link = await page.getByLabel('Link', { exact: true }).inputValue();
      await closeSheet(page);
      return `#${link.split('#')[1]}`;
    };
    assert.equal(await linkOf(), '#sample=rfc');
    await filter(page, 'len < 100 or len > 1000');
    await page.getByRole('button', { name: 'text', exact: true }).click();
    await page.getByRole('button', { name: /50000/ }).click();
    await shows(page, '12 of 27');
    await page.locator('#frames').focus();
    await goTo(page, '10');
    await atFrame(page, 10);
    await page.getByRole('radio', { name: 'inflated', exact: true }).check();
    const link = await linkOf();
    await page.close();
    const again = await openPage(link);
    await shows(again.page, '12 of 27');
    await atFrame(again.page, 10);
    await becomes(() => again.page.getByRole('radio', { name: 'inflated', exact: true }).isChecked(), true);
    assert.deepEqual(again.faults, []);
    await again.page.close();
  });

  test('structure only warns of compressed messages', async () => {
    const { page } = await openPage();
    await page.locator('#frames').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Structure only').check();
    await page.locator('.share', { hasText: 'Filler is no DEFLATE' }).waitFor();
    await closeSheet(page);
    await page.getByLabel('Sample', { exact: true }).selectOption('socketio');
    await page.locator('.source-name', { hasText: 'Socket.IO' }).waitFor();
    await shows(page, '11 of 11');
    await page.locator('#frames').focus();
    await page.keyboard.press('s');
    await page.getByLabel('Structure only').check();
    await becomes(() => page.getByLabel('Link', { exact: true }).inputValue(), /#1\./);
    assert.doesNotMatch(await page.locator('.share').innerText(), /DEFLATE/);
    await page.close();
  });

  test('links of strangers', async () => {
    const bomb = await compressed(Buffer.alloc(64 << 20));
    for (const bad of ['1.d.AAAA', '2.d.AAAA', '1.0.', '1.x.AAAA', `1.d.${bomb}`, '%E0%A4%A', 'sample=none', 'f=%zz']) {
      const { page, faults } = await openPage(`#${bad}`);
      await shows(page, '27 of 27');
      // What is no link by its beginning is nothing that somebody misses.
      const alert = page.getByRole('alert').filter({ hasText: 'The link is cut, damaged, or of a newer version' });
      await becomes(() => alert.count(), bad.startsWith('%') ? 0 : 1, bad);
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
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
    const cells = (column) => rows(page).locator(`.c-${column}`).allInnerTexts();
    const said = async () => {
      const texts = await cells('preview');
      return (await cells('dir')).map((side, at) => `${side}: ${texts[at]}`).sort();
    };
    await becomes(said, ['← client: down', '→ server: up']);
    await drop(page, [['frames.bin.gz', gzipSync(server)]]);
    await shows(page, '1 of 1');
    await drop(page, [['cut.bin.gz', gzipSync(Buffer.concat([server, server])).subarray(0, -9)]]);
    await page.locator('.troubles', { hasText: 'the gzip data is cut' }).waitFor();
    await drop(page, [['frames.txt', '81 02 75 70']]);
    await shows(page, '1 of 1');
    await becomes(() => page.locator('.source-name').innerText(), /read as hex/);
    await drop(page, [['tls.bin', Buffer.from('1603010200010001fc0303', 'hex')]]);
    await page.locator('.troubles', { hasText: 'TLS' }).waitFor();
    await becomes(() => page.locator('.list-empty').innerText(), /There is no frame/);
    await drop(page, [['trace.zip', zipOf({ 'har.har': har('kept.jsonl'), 'kept.jsonl': MESSAGES })]]);
    await shows(page, '2 of 2');
    await becomes(() => cells('preview'), ['one', 'two']);
    await drop(page, [['other.zip', zipOf({ 'a.txt': 'nothing' })]]);
    await page.locator('.troubles', { hasText: 'the zip archive holds no .har file' }).waitFor();
    await drop(page, [['empty.pcap', Buffer.alloc(0)]]);
    await shows(page, '0 of 0');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('two captures are no two directions, and three files are nothing', async () => {
    const { page, faults } = await openPage();
    const alert = page.getByRole('alert').filter({ hasText: 'It cannot be read.' });
    const packets = readFileSync(captureOf('clean.pcap'));
    const direction = encodeFrame({ opcode: 1, payload: 'up', masked: true });
    for (const [name, bytes] of [
      ['a.pcap', packets],
      ['a.pcapng', readFileSync(captureOf('clean_simple.pcapng'))],
      ['a.har', readFileSync(captureOf('handmade.har'))],
      ['a.ndjson', readFileSync(captureOf('clean.ndjson'))],
      ['a.bin.gz', gzipSync(direction)],
      ['a.zip', zipOf({ 'a.txt': 'nothing' })],
    ]) {
      for (const second of [true, false]) {
        const other = [second ? 'first.bin' : 'second.bin', direction];
        await letGo(page, second ? [other, [name, bytes]] : [[name, bytes], other]);
        await alert.filter({ hasText: `${name} is a capture or an archive` }).waitFor();
      }
    }
    await letGo(page, [
      ['a.bin', direction],
      ['b.bin', direction],
      ['c.bin', direction],
      ['d.bin', direction],
    ]);
    await alert.filter({ hasText: 'not 4 files' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0, 'decompression is beside the point');
    await shows(page, '27 of 27');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a file that misses the capture is opened all the same, and none makes the browser leave', async () => {
    const { page } = await openPage();
    await letGo(page, [['near.bin', encodeFrame({ opcode: 9 })]], '.masthead');
    await page.locator('.source-name', { hasText: 'near.bin' }).waitFor();
    /** Whether the page takes what is held over an element, and what the browser is told to do with it. */
    const over = (selector, give) =>
      page.evaluate(
        ([place, file]) => {
          const dataTransfer = new DataTransfer();
          if (file) dataTransfer.items.add(new File(['x'], 'x.bin'));
          else dataTransfer.setData('text/plain', 'x');
          const element = [...document.querySelectorAll(place)].find((node) => node.checkVisibility());
          const event = new DragEvent('dragover', { bubbles: true, cancelable: true, dataTransfer });
          element.dispatchEvent(event);
          element.dispatchEvent(new DragEvent('dragleave', { bubbles: true }));
          return event.defaultPrevented;
        },
        [selector, give === 'file'],
      );
    for (const view of ['Playground', 'Handshake', 'Build frame', 'Inspect']) {
      await visit(page, view);
      for (const place of ['.masthead', 'main', 'input']) assert.ok(await over(place, 'file'), `${view}: ${place}`);
    }
    assert.ok(await over('main', 'text'));
    assert.equal(await over('#filter', 'text'), false, 'a field takes text itself');
    await visit(page, 'Handshake');
    assert.equal(await over('main', 'text'), false);
    await letGo(page, [['lost.bin', 'x']], '.masthead');
    await visit(page, 'Inspect');
    await becomes(() => page.locator('.source-name').innerText(), /near\.bin/);
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
      (patience) =>
        new Promise((resolve) => {
          addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
          fetch('http://127.0.0.1:9/').catch(() => {});
          setTimeout(() => resolve('nothing was refused'), patience);
        }),
      PATIENCE,
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
