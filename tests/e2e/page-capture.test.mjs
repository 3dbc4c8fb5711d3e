// What the page shows of a capture: rows, messages, gaps, columns, filters, keys, layers, the timeline, and very many frames.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { at } from '../../tools/lib/paths.mjs';
import { inEachBrowser, screenshots, www } from './browsers.mjs';
import {
  atFrame,
  choose,
  closeSheet,
  count,
  drop,
  filter,
  focused,
  goTo,
  opensCaptures,
  rows,
  shows,
} from './capture-page.mjs';
import { becomes, eventually } from './eventually.mjs';

inEachBrowser(www, ({ name, open }) => {
  const openPage = opensCaptures(open);

  test('the sample: both connections, their handshakes, and how they ended', async () => {
    const { page, faults } = await openPage();
    await shows(page, '27 of 27');
    await becomes(() => page.locator('.status-line').innerText(), /27 frames, 2 connections, 1 error/);
    await page.getByRole('button', { name: 'About connection 1' }).click();
    const card = page.getByRole('dialog');
    // Both heads come last, line by line, each with the rules that it keeps.
    await card.getByRole('heading', { name: 'Response' }).waitFor();
    const text = (await card.innerText()).replace(/\s+/g, ' ');
    assert.match(text, /Client 10\.0\.0\.1:50000 Server 10\.0\.0\.2:8080/);
    assert.match(text, /windows of 2\^15 and 2\^15 bytes, kept from message to message/);
    assert.match(text, /client closed with 1000 Normal Closure “done”; server answered/);
    assert.match(text, /The handshake keeps every rule; nothing is wrong; it was closed cleanly\./);
    assert.match(text, /Subprotocol none Extensions permessage-deflate; offered permessage-deflate/);
    const lines = await card.locator('.head-lines li').allInnerTexts();
    assert.equal(lines.length, 8 + 5);
    assert.match(lines[4], /✓[\s]*Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==[\s\S]*16 bytes/);
    assert.match(lines.at(-2), /Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=[\s\S]*Base64\(SHA-1/);
    await closeSheet(page);
    await page.getByRole('button', { name: 'About connection 2' }).click();
    await page.locator('.card-verdict', { hasText: '1 error in all' }).waitFor();
    await closeSheet(page);
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
    await becomes(() => page.locator('#filter').getAttribute('aria-invalid'), 'true');
    await shows(page, '1 of 27');
    await filter(page, '');
    await shows(page, '27 of 27');
    await becomes(() => fault.innerText(), '');
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

  test('the row that is marked is the frame that is shown, whatever the filter leaves out', async () => {
    const { page } = await openPage();
    const list = page.locator('#frames');
    const marked = () => list.locator('.list-rows [aria-selected="true"]:not([hidden]) .c-n').allInnerTexts();
    const agree = async (frame) => {
      await atFrame(page, frame);
      await becomes(marked, [String(frame)]);
    };
    await agree(1);
    const binary = page.getByRole('button', { name: 'binary', exact: true });
    await binary.click();
    await shows(page, '3 of 27');
    await agree(7);
    await list.focus();
    await page.keyboard.press('b');
    await page.locator('#live', { hasText: 'Frame 7 bookmarked' }).waitFor();
    await page.keyboard.press('j');
    await agree(8);
    await binary.click();
    await agree(8);
    // What a filter took away is back with its row.
    await filter(page, 'op == close');
    await shows(page, '4 of 27');
    await agree(21);
    await filter(page, '');
    await agree(8);
    // A frame that is not in the list is shown where it is asked for, and then no row is marked.
    await filter(page, 'op == ping');
    await shows(page, '2 of 27');
    await agree(19);
    await list.focus();
    await page.keyboard.press('p');
    await atFrame(page, 20);
    await becomes(marked, []);
    await becomes(() => list.getAttribute('aria-activedescendant'), null);
    await page.keyboard.press('k');
    await agree(4);
    await goTo(page, '12');
    await atFrame(page, 12);
    await becomes(marked, []);
    await filter(page, 'op in (ping, pong)');
    await shows(page, '4 of 27');
    await agree(19);
    await page.close();
  });

  test('messages: a row for each, its frames below it', async () => {
    const { page, faults } = await openPage();
    const list = page.locator('#frames');
    await list.focus();
    await page.keyboard.press('f');
    await shows(page, '26 of 27');
    await becomes(() => list.getAttribute('role'), 'treegrid');
    const message = list.locator('[aria-expanded]');
    await becomes(() => message.innerText(), /▸ 3\s[\s\S]*text\s+1\s+9\s+5\s+2 frames: Hello/);
    await page.keyboard.press('Home');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await atFrame(page, 3);
    await page.keyboard.press('ArrowRight');
    const parts = list.locator('.list-row.part');
    await becomes(
      async () => (await parts.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ['3 0.237000 ← client text 0 5 3 Hel', '5 0.297000 ← client cont 1 4 2 lo'],
    );
    assert.deepEqual(await parts.evaluateAll((all) => all.map((row) => row.getAttribute('aria-level'))), ['2', '2']);
    await becomes(() => message.getAttribute('aria-expanded'), 'true');
    const rowCount = () => list.getAttribute('aria-rowcount');
    await becomes(rowCount, '29');
    // Control frames stay where they were, and the keys go through all of it.
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await atFrame(page, 5);
    await page.keyboard.press('j');
    await atFrame(page, 4);
    await page.keyboard.press('k');
    await atFrame(page, 5);
    await page.keyboard.press('ArrowLeft');
    await atFrame(page, 3);
    await page.keyboard.press('ArrowLeft');
    await becomes(rowCount, '27');
    await message.locator('.c-n').click();
    await becomes(rowCount, '29');
    await page.keyboard.press('f');
    await shows(page, '27 of 27');
    await becomes(() => list.getAttribute('role'), 'grid');
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('messages: a filter is for the whole, in whichever frames it came', async () => {
    const { page, faults } = await openPage();
    await drop(page, [['frag_both.pcap', readFileSync(at('tests', 'captures', 'frag_both.pcap'))]]);
    await shows(page, '11 of 11');
    await filter(page, 'client text');
    await shows(page, '0 of 11');
    await page.getByRole('radio', { name: 'messages', exact: true }).check();
    await shows(page, '1 of 11');
    const message = page.locator('#frames [aria-expanded]');
    await becomes(() => message.innerText(), /▸ 1\s[\s\S]*text\s[\s\S]*3 frames: client text/);
    for (const [expression, result] of [
      ['len == 11 and frag', '1 of 11'],
      ['op == cont', '0 of 11'],
      ['erv', '1 of 11'],
      ['', '8 of 11'],
    ]) {
      await filter(page, expression);
      await shows(page, result);
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('messages: one that ends after it was looked at is matched again', async () => {
    const { page } = await openPage();
    // Long enough to be read for a while: its only message has half a million Pings inside.
    const transfer = await page.evaluateHandle(() => {
      const bytes = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
      const pings = bytes(`\x89\x7d${'p'.repeat(125)}`.repeat(1000));
      const data = new DataTransfer();
      data.items.add(new File([bytes('\x01\x05first'), ...Array(500).fill(pings), bytes('\x80\x05 last')], 'long.bin'));
      return data;
    });
    await page.locator('.inspect').dispatchEvent('drop', { dataTransfer: transfer });
    await page.locator('.source-name', { hasText: 'long.bin' }).waitFor();
    await page.getByRole('radio', { name: 'messages', exact: true }).check();
    await filter(page, '"first last"');
    await page.locator('.status-line', { hasText: '500,002 frames' }).waitFor({ timeout: 60_000 });
    await shows(page, '1 of 500,002');
    await page.close();
  });

  test('a gap is a row, and has its place in the timeline; a filter picks frames alone', async () => {
    const { page } = await openPage('#sample=gap');
    await shows(page, '38 of 38');
    await page.locator('.lane', { hasText: 'missing' }).waitFor();
    const list = page.locator('#frames');
    await becomes(() => list.getAttribute('aria-rowcount'), '40');
    await list.focus();
    await goTo(page, '17');
    await atFrame(page, 17);
    const gap = list.locator('.list-row.gap');
    await becomes(() => gap.innerText(), /118 bytes of the server missing, 0x462–0x4d8 \(connection 1\)/);
    const row = Number(await gap.getAttribute('data-index'));
    await becomes(() => list.locator(`[data-index="${row - 1}"] .c-n`).innerText(), '17');
    await becomes(() => list.locator(`[data-index="${row + 1}"] .c-n`).innerText(), '18');
    await list.focus();
    await page.keyboard.press('j');
    await becomes(() => gap.getAttribute('aria-selected'), 'true');
    await page.keyboard.press('j');
    await atFrame(page, 18);
    await filter(page, 'op == text');
    await becomes(() => list.getAttribute('aria-rowcount'), '39');
    await shows(page, '38 of 38');
    await becomes(() => gap.count(), 0);
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
    await becomes(() => cells(0, 'key', 'packet', 'stream', 'file'), ['37fa213d', '6', '0xeb', '0x356']);
    await becomes(() => cells(1, 'key', 'stream'), ['', '0xaf']);
    await becomes(async () => (await cells(6, 'preview'))[0], /^00 01 02 03 04/);
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

  test('keys: violations, Ping and Pong, the message, find, go', async () => {
    const { page } = await openPage();
    await page.locator('#frames').focus();
    await page.keyboard.press('e');
    await atFrame(page, 25);
    await becomes(() => page.locator('#detail .findings').innerText(), /utf8-invalid[\s\S]*closed with 1007/);
    await page.keyboard.press('Home');
    await atFrame(page, 1);
    await goTo(page, '8');
    await atFrame(page, 8);
    await goTo(page, '0.2s');
    await atFrame(page, 3);
    await page.keyboard.press('m');
    await atFrame(page, 5);
    await page.keyboard.press('k');
    await atFrame(page, 4);
    await becomes(() => page.locator('.frame-notes').innerText(), /Answered by\s+frame 6\s+after 39\.000 ms/);
    await page.keyboard.press('p');
    await atFrame(page, 6);
    await page.keyboard.press('p');
    await atFrame(page, 4);
    await goTo(page, '0x10000');
    await atFrame(page, 8);
    await goTo(page, '0x7fffffff');
    await page.locator('#go-note', { hasText: 'There is no such frame' }).waitFor();
    await closeSheet(page);
    await goTo(page, '4');
    await atFrame(page, 4);
    await page.locator('#frames').focus();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('still there');
    await page.locator('.find-bar', { hasText: '2 frames' }).waitFor();
    await page.keyboard.press('Enter');
    await atFrame(page, 6);
    await page.keyboard.press('Shift+Enter');
    await atFrame(page, 4);
    await page.keyboard.press('Escape');
    await becomes(() => focused(page), 'frames');
    await shows(page, '27 of 27');
    await page.close();
  });

  test('a key acts upon what is there, before the next frame of the screen', async () => {
    const { page } = await openPage();
    await filter(page, 'op == ping');
    await shows(page, '2 of 27');
    await becomes(() => rows(page).count(), 2);
    await page.evaluate(() => {
      const press = (key) =>
        document.getElementById('frames').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      /** Acts once something is in the page, before the browser has drawn it. */
      const asSoonAs = (isThere, act) =>
        new MutationObserver((_, observer) => {
          if (!isThere()) return;
          observer.disconnect();
          act();
        }).observe(document.body, { characterData: true, childList: true, subtree: true });
      asSoonAs(
        () => document.getElementById('filter-count').textContent === '27 of 27',
        () => {
          press('End');
          asSoonAs(
            () => document.querySelector('dialog') !== null,
            () => {
              globalThis.focusedThen = document.activeElement?.id;
            },
          );
          press('g');
        },
      );
    });
    await filter(page, '');
    await becomes(() => page.evaluate(() => globalThis.focusedThen), 'go-to');
    await atFrame(page, 27);
    await page.close();
  });

  test('layers and decoders', async () => {
    const { page } = await openPage();
    await filter(page, 'rsv1 == 1');
    await shows(page, '2 of 27');
    await choose(page, 10, 1);
    await page.getByRole('radio', { name: 'inflated', exact: true }).check();
    await becomes(() => page.locator('#detail .byte').allInnerTexts(), ['48', '65', '6c', '6c', '6f']);
    await filter(page, '/subscribe"/');
    await choose(page, 11);
    await page.getByRole('radio', { name: 'decoded', exact: true }).check();
    await becomes(() => page.locator('.tree-view').innerText(), /JSON[\s\S]*channels:[\s\S]*"orders"/);
    await filter(page, 'lobby');
    await choose(page, 17);
    await becomes(() => page.locator('.tree-view').innerText(), /Socket\.IO[\s\S]*EVENT[\s\S]*grüße/);
    await filter(page, 'op == binary and dir == c2s and len < 99');
    await choose(page, 18);
    await becomes(() => page.locator('.tree-view').innerText(), /MessagePack[\s\S]*id: 7/);
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
    await becomes(
      async () => (await pairs.locator('tbody tr').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
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

  test('half a million frames: every row can be reached, and the space stays below what browsers bear', async () => {
    const { page, faults } = await openPage();
    const ping = Buffer.from([0x89, 0]);
    const hello = Buffer.from([0x81, 1, 0x78]);
    await drop(page, [['many.bin', Buffer.concat([Buffer.alloc(1_000_000, ping), hello])]]);
    await page.locator('.status-line', { hasText: '500,001 frames' }).waitFor({ timeout: 60_000 });
    await becomes(() => page.locator('#frames').getAttribute('aria-rowcount'), '500002');
    const space = await page.locator('.list-space').evaluate((node) => node.getBoundingClientRect().height);
    assert.ok(space > 7_000_000 && space <= 8_000_000, `${space} px`);
    await page.locator('#frames').focus();
    await page.keyboard.press('End');
    await atFrame(page, 500_001);
    await becomes(() => rows(page).filter({ hasText: '500,001' }).getAttribute('aria-rowindex'), '500002');
    await page.keyboard.press('k');
    await atFrame(page, 500_000);
    // A notch of the wheel is as far as anywhere, though the bar stands for nearly two rows a pixel.
    const firstRow = async () =>
      Math.min(...(await rows(page).evaluateAll((all) => all.map((row) => Number(row.dataset.index)))));
    await page.locator('#frames').evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    const before = await eventually(async () => {
      const row = await firstRow();
      assert.ok(Math.abs(row - 250_000) < 200, `row ${row} is the first in sight`);
      return row;
    });
    await page.locator('#frames').evaluate((list) => {
      list.dispatchEvent(new WheelEvent('wheel', { deltaY: 220, bubbles: true, cancelable: true }));
    });
    await becomes(firstRow, before + 10);
    await filter(page, 'op == text');
    await shows(page, '1 of 500,001');
    // Rows come from the worker, after the count.
    await becomes(() => rows(page).count(), 1);
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, `${name}-many.png`) });
    await page.close();
  });
});
