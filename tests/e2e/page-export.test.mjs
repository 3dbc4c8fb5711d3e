// Files that the page writes: what the command writes of the same capture.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { pkgDir } from '../../tools/lib/paths.mjs';
import { outputOf } from '../../tools/lib/run.mjs';
import { captureOf, goldenOf } from '../cli/run.mjs';
import { inEachBrowser, www } from './browsers.mjs';
import { closeSheet, drop, filter, opensCaptures, shows } from './capture-page.mjs';
import { becomes } from './eventually.mjs';

const folder = mkdtempSync(join(tmpdir(), 'sansocket-export-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What the command makes of a capture. */
async function converted(capture, ending) {
  const file = join(folder, `${capture}.${ending}`);
  await outputOf(process.execPath, [join(pkgDir, 'cli', 'sansocket.js'), 'convert', captureOf(capture), '-o', file]);
  return readFileSync(file);
}

inEachBrowser(www, ({ open }) => {
  const openCaptures = opensCaptures(open);
  const openPage = async () => {
    const opened = await openCaptures();
    // Over WebDriver Firefox tells of no download: what the link would save is read in the page.
    await opened.page.evaluate(() => {
      const blobs = new Map();
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => {
        const url = create.call(URL, blob);
        blobs.set(url, blob);
        return url;
      };
      HTMLAnchorElement.prototype.click = function () {
        globalThis.saved = blobs.get(this.href);
      };
    });
    return opened;
  };

  /** Saves what is open in a format. */
  async function save(page, format) {
    const dialog = page.getByRole('dialog');
    if ((await dialog.count()) === 0) {
      await page.locator('#frames').focus();
      await page.keyboard.press('s');
    }
    await dialog.getByLabel('as', { exact: true }).selectOption(format);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.waitForFunction(() => globalThis.saved !== undefined);
    const text = await page.evaluate(async () => {
      const bytes = new Uint8Array(await globalThis.saved.arrayBuffer());
      globalThis.saved = undefined;
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    });
    return Buffer.from(text, 'latin1');
  }

  test('the same bytes as the command', async () => {
    const { page, faults } = await openPage();
    for (const capture of ['frag_pmd.pcap', 'viol.pcap']) {
      const frames = goldenOf(capture.replace('.pcap', '')).filter(({ type }) => type === 'frame').length;
      await drop(page, [[capture, readFileSync(captureOf(capture))]]);
      await page.locator('.status-line', { hasText: `${frames} frames` }).waitFor();
      for (const [format, ending] of [
        ['CSV', 'csv'],
        ['HAR', 'har'],
        ['pcapng', 'pcapng'],
      ]) {
        assert.deepEqual(await save(page, format), await converted(capture, ending), `${capture} as ${format}`);
      }
      // The command knows the name of the file as well.
      const named = (await converted(capture, 'ndjson')).toString().replaceAll(/"source":"[^"]*"/g, '"source":null');
      assert.equal((await save(page, 'NDJSON')).toString(), named);
      assert.deepEqual(
        JSON.parse(await save(page, 'JSON')),
        named
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      await closeSheet(page);
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('what a filter lets through, and one frame', async () => {
    const { page } = await openPage();
    await filter(page, 'op in (ping, pong)');
    await shows(page, '4 of 27');
    const numbers = async () =>
      (await save(page, 'NDJSON'))
        .toString()
        .split('\n')
        .filter((line) => line.includes('"type":"frame"'))
        .map((line) => JSON.parse(line).n);
    assert.deepEqual(await numbers(), [4, 6, 19, 20]);
    await page.getByRole('dialog').getByLabel('Frames', { exact: true }).selectOption('selected');
    assert.deepEqual(await numbers(), [4]);
    await page.close();
  });

  test('of one connection: the heads of no other', async () => {
    const { page } = await openPage();
    await page.getByRole('button', { name: /50001/ }).click();
    await shows(page, '5 of 27');
    const records = (await save(page, 'NDJSON'))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const connections = records.filter(({ conn }) => conn !== undefined && conn !== null).map(({ conn }) => conn);
    assert.deepEqual([...new Set(connections)], [2]);
    assert.deepEqual(
      ['capture', 'handshake', 'frame', 'close', 'summary'].map(
        (wanted) => records.filter(({ type }) => type === wanted).length,
      ),
      [1, 1, 5, 1, 1],
    );
    assert.equal((await save(page, 'pcapng')).toString('latin1').match(/GET \/chat/g)?.length, 1);
    assert.equal(JSON.parse(await save(page, 'HAR')).log.entries.length, 1);
    // One in which no frame passes has nothing to tell either.
    await closeSheet(page);
    await filter(page, 'op == continuation');
    await shows(page, '0 of 27');
    assert.doesNotMatch((await save(page, 'JSON')).toString(), /"handshake"/);
    await page.close();
  });

  test('packets of what had none open again, a handshake before them that says it was made', async () => {
    const { page } = await openPage();
    const stream = Buffer.concat([
      encodeFrame({ opcode: 1, payload: 'one', masked: true }),
      encodeFrame({ opcode: 9, payload: 'two', masked: true }),
    ]);
    for (const [name, bytes, count] of [
      ['client.bin', stream, 2],
      ['handmade.har', readFileSync(captureOf('chrome.har')), undefined],
    ]) {
      await drop(page, [[name, bytes]]);
      await page.locator('.status-line', { hasText: 'read in' }).waitFor();
      const before = await page.locator('#filter-count').innerText();
      if (count !== undefined) assert.equal(before, `${count} of ${count}`);
      const packets = await save(page, 'pcapng');
      await closeSheet(page);
      const made = packets.toString('latin1').match(/X-Made-By: sansocket; this handshake is not in the capture/g);
      assert.equal(made?.length, 2, 'the request and the response say so');
      await drop(page, [['again.pcapng', packets]]);
      await page.locator('.status-line', { hasText: 'read in' }).waitFor();
      await shows(page, before);
      await becomes(() => page.locator('.source-name').innerText(), /read as pcapng/);
    }
    await page.close();
  });

  test('hex, payloads and test vectors', async () => {
    const { page } = await openPage();
    assert.match(
      (await save(page, 'hex')).toString(),
      /^# 1 c2s text\n81 85 37 fa 21 3d 7f 9f 4d 51 58\n# 2 s2c text\n/,
    );
    const payloads = await save(page, 'payload');
    assert.equal(payloads.subarray(0, 10).toString(), 'HelloHello');
    const js = (await save(page, 'test vectors (JS)')).toString();
    assert.match(js, /opcode: 1, fin: true, wire: Uint8Array\.of\(0x81, 0x85, 0x37/);
    const rust = (await save(page, 'test vectors (Rust)')).toString();
    assert.match(rust, /\(1, true, &\[0x81, 0x85, 0x37/);
    await page.close();
  });
});
