// The page in real browsers: captures, frames, fields, bits and faults, by pointer and by keys, and what strangers' bytes may not do.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { inEachBrowser, screenshots, www } from './browsers.mjs';
import { atFrame, choose, closeSheet, drop, focused, opensCaptures, paste, rows, visit } from './capture-page.mjs';
import { becomes } from './eventually.mjs';

after(() => console.log(`screenshots: ${screenshots}`));

const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';
const CLIENT = `${HELLO} 01 83 37 fa 21 3d 7f 9f 4d 89 80 37 fa 21 3d 80 82 37 fa 21 3d 5b 95 88 82 37 fa 21 3d 34 12`;

const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const title = (page) => page.locator('#frame-title').innerText();
const marked = (page, selector) => page.locator(`#detail ${selector}.marked`).allInnerTexts();
const bytes = async (page) => (await page.locator('#detail .byte').allInnerTexts()).join(' ');
const opcodes = async (page) => (await rows(page).locator('.c-op').allInnerTexts()).join(' ');

/** The frame of the row that the keyboard is at. */
const activeRow = async (page) => {
  const id = await page.locator('#frames').getAttribute('aria-activedescendant');
  const row = page.locator(`#${id}[aria-selected="true"]`);
  return Number(await row.locator('.c-n').innerText({ timeout: 1000 }));
};

/** The views by their names, in the order of the masthead. */
const VIEWS = ['Inspect', 'Playground', 'Handshake', 'Build frame'];

inEachBrowser(www, ({ name, open }) => {
  const openPage = opensCaptures(open);

  test('a capture is there at once, and nothing goes wrong', async () => {
    const { page, faults } = await openPage();
    await becomes(() => opcodes(page), /^text/);
    await atFrame(page, 1);
    const fields = await page.locator('#detail .fields tbody tr').allInnerTexts();
    assert.deepEqual(
      fields.map((field) => field.replaceAll(/\s+/g, ' ').split(' 0x')[0]),
      [
        'FIN 1 the last frame of its message',
        'RSV1 0 reserved for extensions',
        'RSV2 0 reserved for extensions',
        'RSV3 0 reserved for extensions',
        'Opcode',
        'MASK 1 masked, as a client sends',
        'Payload length 5 5 bytes',
        'Masking key 37 fa 21 3d XOR of the payload with these four bytes, over and over',
        'Payload data Hello 5 bytes, unmasked',
      ],
    );
    assert.equal((await page.locator('#detail .bit').allInnerTexts()).join(''), '1000000110000101');
    assert.equal(await bytes(page), HELLO);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('nothing is requested after the page has loaded, and nothing can be', async () => {
    const { page, faults } = await openPage();
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await paste(page, '81 05 48 65 6c 6c 6f');
    for (const view of [...VIEWS.slice(1), 'Inspect']) await visit(page, view);
    // A worker's own code is no request to anybody.
    assert.deepEqual(
      requests.filter((url) => !url.startsWith('blob:')),
      [],
    );
    assert.deepEqual(faults, []);
    const blocked = await page.evaluate(async () => {
      const refusal = new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      });
      await fetch('codec.wasm').catch(() => {});
      return refusal;
    });
    assert.equal(blocked, 'connect-src');
    await page.close();
  });

  test('hex, dumps and base64 that somebody pastes', async () => {
    const { page, faults } = await openPage();
    const stream = Buffer.concat([
      encodeFrame({ opcode: 1, payload: 'Hello' }),
      encodeFrame({ opcode: 2, payload: new Uint8Array(70_000) }),
    ]);
    for (const [text, kind] of [
      [hexOf(stream), 'hex'],
      [stream.toString('base64'), 'base64'],
    ]) {
      await paste(page, text);
      await becomes(() => page.locator('.source-name').innerText(), new RegExp(kind));
      await becomes(() => opcodes(page), 'text binary');
    }
    await choose(page, 2, 1);
    await becomes(() => title(page), /binary, 70,010 bytes/);
    await paste(page, '81 05 48 65 6c 6c 6f 81 o5');
    await becomes(() => page.locator('.troubles').innerText(), /line 1, column 25: expected a hex digit, found "o"/);
    await becomes(() => opcodes(page), /^text/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('pasted without a field, and dropped as a file', async () => {
    const { page } = await openPage();
    // Firefox over WebDriver gives pastes made by scripts no data: the event is made to have it.
    await page.evaluate(() => {
      const event = new ClipboardEvent('paste', { bubbles: true });
      Object.defineProperty(event, 'clipboardData', { value: { getData: () => '8900 8a00', files: [] } });
      document.body.dispatchEvent(event);
    });
    await page.locator('.source-name', { hasText: 'pasted' }).waitFor();
    await becomes(() => opcodes(page), 'ping pong');
    await drop(page, [['frames.bin', Uint8Array.of(0x81, 1, 0x61, 0x8a, 0)]]);
    await becomes(() => opcodes(page), 'text pong');
    await page.close();
  });

  test('keys move through the list and its panes', async () => {
    const { page } = await openPage();
    await paste(page, CLIENT);
    await page.locator('#frames').focus();
    for (const [key, expected, said] of [
      ['ArrowDown', 2],
      ['j', 3],
      ['ArrowUp', 2],
      ['End', 5],
      ['ArrowDown', 5],
      ['Home', 1],
      ['m', 1, 'No other frame of the message there'],
      ['j', 2],
      ['m', 4],
      ['M', 2],
    ]) {
      await page.keyboard.press(key);
      // Where a key does not move, nothing else tells that it was heard.
      if (said) await page.locator('#live', { hasText: said }).waitFor();
      await page.evaluate(() => new Promise(requestAnimationFrame));
      await atFrame(page, expected);
      await becomes(() => activeRow(page), expected, key);
    }
    await page.keyboard.press('Enter');
    await becomes(() => page.evaluate(() => document.activeElement?.closest('table')?.className), 'fields');
    await page.keyboard.press('End');
    await becomes(() => marked(page, '.byte'), ['7f', '9f', '4d']);
    await page.keyboard.press('Escape');
    await becomes(() => focused(page), 'frames');
    await page.keyboard.press('2');
    await becomes(() => page.getByRole('radio', { name: 'unmasked' }).isChecked(), true);
    await becomes(() => bytes(page), /48 65 6c$/);
    await page.keyboard.press('/');
    await becomes(() => focused(page), 'filter');
    await page.keyboard.type('jjj');
    await becomes(() => page.getByRole('searchbox', { name: 'Filter' }).inputValue(), 'jjj');
    await page.keyboard.press('F6');
    await becomes(() => focused(page), 'frames');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await closeSheet(page);
    await page.close();
  });

  test('a field, its bits and its bytes point at each other', async () => {
    const { page } = await openPage();
    await paste(page, CLIENT);
    await atFrame(page, 1);
    await page.locator('#detail .fields tr', { hasText: 'Masking key' }).hover();
    await becomes(() => marked(page, '.byte'), ['37', 'fa', '21', '3d']);
    await page.locator('#detail .fields tr', { hasText: 'Opcode' }).hover();
    await becomes(() => marked(page, '.byte'), ['81']);
    await becomes(() => page.locator('#detail .bits.marked .bit').allInnerTexts(), [...'0001']);
    await page.locator('#detail .byte').nth(7).hover();
    await becomes(async () => (await marked(page, '.fields tr')).join(), /^Payload data/);
    await page.locator('#detail .byte').nth(6).click();
    await becomes(() => page.locator('.data-inspector').innerText(), /u16\s+32671\s+40831/);
    await page.close();
  });

  test('markup and controls in what others sent stay text', async () => {
    const { page, faults } = await openPage();
    const attack = '<img src=x onerror="document.title=1"><script>document.title=1</script>\u202e\u0007\u009b\ufeff';
    const close = Buffer.concat([Buffer.of(3, 232), Buffer.from(attack)]);
    const stream = Buffer.concat([
      ...[1, 9, 11].map((opcode) => encodeFrame({ opcode, payload: attack, masked: true })),
      encodeFrame({ opcode: 8, payload: close, masked: true }),
    ]);
    await paste(page, stream.toString('base64'));
    for (let row = 0; row < 4; row += 1) {
      await choose(page, row + 1, row);
      for (const [form, shown] of [
        ['text', '.text-view'],
        ['decoded', '.empty'],
        ['hex', '.hex'],
      ]) {
        await page.getByRole('radio', { name: form, exact: true }).check({ force: true });
        await page.locator(`#detail ${shown}`).waitFor();
        await becomes(() => page.locator('#detail').innerText(), /<img src=x/);
        const { elements, unsafe } = await page.evaluate(() => ({
          elements: document.querySelectorAll('main img, main script').length,
          unsafe: /[\p{Cc}\p{Cf}]/u.test((document.querySelector('main')?.innerText ?? '').replaceAll(/[\n\t]/g, '')),
        }));
        assert.deepEqual({ elements, unsafe }, { elements: 0, unsafe: false });
      }
    }
    // And in the text itself, where the error is shown.
    await paste(page, '81 <img src=x onerror=alert(1)>\u202e');
    await becomes(() => page.locator('.troubles').innerText(), /line 1, column 5: expected a hex digit, found "i"/);
    assert.equal(await page.locator('main img').count(), 0);
    assert.match(await page.title(), /^Inspect · sansocket/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('it fits a narrow screen, and every field has a label', async () => {
    const { page, faults } = await openPage('', { viewport: { width: 320, height: 700 } });
    for (const view of VIEWS) {
      await visit(page, view);
      const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= width, `${view}: ${content} > ${width}`);
    }
    const unlabelled = await page.evaluate(() =>
      [...document.querySelectorAll('input, select, textarea, output')]
        .filter((field) => field.labels?.length === 0 && !field.ariaLabel)
        .map(({ id, outerHTML }) => id || outerHTML),
    );
    assert.deepEqual(unlabelled, []);
    assert.deepEqual(faults, []);
    // To take a picture, a style of Playwright's is tried, which the policy of the page refuses.
    for (const view of VIEWS) {
      await visit(page, view);
      await page.screenshot({ path: join(screenshots, `${name}-narrow-${view}.png`), fullPage: true });
    }
    await page.close();
  });

  test('headings of columns have nothing over them, and few rows no bar', async () => {
    for (const width of [360, 640, 1280]) {
      const { page } = await openPage('', { viewport: { width, height: 740 } });
      await paste(page, CLIENT);
      const covered = await page.evaluate(() => {
        const menu = document.querySelector('.column-menu summary').getBoundingClientRect();
        const boxOf = (node) => {
          const range = document.createRange();
          range.selectNodeContents(node);
          return range.getBoundingClientRect();
        };
        return [...document.querySelectorAll('#frames [role="columnheader"]')]
          .filter((heading) => {
            const { left, right, top, bottom } = boxOf(heading);
            return left < menu.right && right > menu.left && top < menu.bottom && bottom > menu.top;
          })
          .map((heading) => heading.textContent);
      });
      assert.deepEqual(covered, [], `${width} px`);
      await becomes(
        () => page.locator('#frames').evaluate((list) => list.scrollHeight - list.clientHeight),
        0,
        'its bar scrolls by nothing',
      );
      await page.getByText('Columns', { exact: true }).click();
      await page.getByRole('checkbox', { name: 'masking key', exact: true }).check();
      await page.close();
    }
  });

  test('a very long request target leaves room for the rest', async () => {
    const { page } = await openPage();
    const url = (query) => `ws://server.example.com/chat?token=${query}`;
    const entries = ['a'.repeat(1024), 'b'].map((query) => ({
      _resourceType: 'websocket',
      startedDateTime: '2026-01-01T00:00:00.000Z',
      request: { method: 'GET', url: url(query), headers: [] },
      response: { status: 101, headers: [] },
      _webSocketMessages: [{ type: 'send', time: 1767225600, opcode: 1, data: 'x' }],
    }));
    await drop(page, [['long.har', JSON.stringify({ log: { version: '1.2', entries } })]]);
    const chips = page.locator('.connection-chip');
    await becomes(() => chips.count(), 2);
    for (const chip of await chips.all()) assert.ok((await chip.boundingBox()).width < 500);
    assert.equal(await chips.first().locator('.chip-title').getAttribute('title'), url('a'.repeat(1024)));
    await page.getByRole('button', { name: 'About connection 1' }).click();
    const card = page.getByRole('dialog');
    await card.locator('.card-verdict').waitFor();
    const { content, width, head } = await card.evaluate((node) => ({
      content: node.scrollWidth,
      width: node.clientWidth,
      head: node.querySelector('.dialog-head').clientHeight,
    }));
    assert.ok(content <= width, `${content} > ${width}`);
    assert.ok(head < 120, `its head is ${head} px high`);
    await page.close();
  });

  test('where the system chooses the colours, what is chosen can be seen', {
    skip: name !== 'chromium' && 'Firefox over WebDriver does not emulate them',
  }, async () => {
    const { page } = await openPage();
    await page.emulateMedia({ forcedColors: 'active' });
    const look = (selector, property) =>
      page
        .locator(selector)
        .first()
        .evaluate((node, wanted) => getComputedStyle(node)[wanted], property);
    const row = (selected) => `#frames .list-rows [aria-selected="${selected}"]`;
    await becomes(() => look(row(true), 'outlineStyle'), 'solid');
    assert.equal(await look(row(false), 'outlineStyle'), 'none');
    const chip = page.getByRole('button', { name: 'text', exact: true });
    const background = () => chip.evaluate((node) => getComputedStyle(node).backgroundColor);
    const before = await background();
    // The pointer is over it, which washes what is not pressed.
    await chip.click();
    await becomes(() => chip.getAttribute('aria-pressed'), 'true');
    const highlight = await page.evaluate(() => {
      const probe = document.createElement('p');
      probe.style.color = 'Highlight';
      probe.style.forcedColorAdjust = 'none';
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color;
    });
    assert.notEqual(before, highlight);
    await becomes(background, highlight);
    await page.emulateMedia({ forcedColors: 'none' });
    await page.close();
  });

  for (const theme of ['light', 'dark']) {
    test(`axe finds nothing serious: ${theme}`, async () => {
      const { page } = await openPage();
      // Elements and names are the same in both themes.
      const rules = theme === 'light' ? undefined : ['color-contrast'];
      // By the page's own switch: Firefox does not emulate the preference over BiDi.
      for (const next of theme === 'light' ? ['light'] : ['light', 'dark'])
        await page.getByRole('button', { name: `Change to ${next}` }).click();
      await page.getByRole('button', { name: `Theme: ${theme}` }).waitFor();
      const background = await page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
      assert.equal(Number(background.match(/\d+/)[0]) < 128, theme === 'dark');
      for (const view of VIEWS) {
        await visit(page, view);
        await page.screenshot({ path: join(screenshots, `${name}-${theme}-${view}.png`), fullPage: true });
        assert.deepEqual(await seriousIn(page, { rules }), [], view);
      }
      await visit(page, 'Inspect');
      // By a key, or by the button of that name; with what comes last into the sheet.
      for (const [sheet, key, last] of [
        ['Bytes of one direction', 'v', '#source'],
        ['Share and export', 's', '#link'],
        ['Go to', 'g', '#go-to'],
        ['Keys', '?', 'dl'],
        ['Connection 1', 'About connection 1', '.head-lines'],
        ['Frames over time', 'as a table', 'td'],
        ['Read it as something else', 'read as pcap', '#read-from'],
      ]) {
        if (key.length > 1) await page.getByRole('button', { name: key }).click();
        else {
          await page.locator('#frames').focus();
          await page.keyboard.press(key);
        }
        await page.getByRole('dialog', { name: sheet }).locator(last).first().waitFor();
        // What is behind it was looked at before.
        assert.deepEqual(await seriousIn(page, { within: 'dialog', rules }), [], sheet);
        await closeSheet(page);
      }
      await page.close();
    });
  }
});

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that is serious or worse, in the whole page or in a part of it. */
async function seriousIn(page, { within = 'html', rules } = {}) {
  // Evaluated, since the policy of the page lets no script be added.
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axeSource);
  const violations = await page.evaluate(
    async ([selector, only]) => {
      const options = { resultTypes: ['violations'], ...(only && { runOnly: only }) };
      return (await window.axe.run(selector, options)).violations;
    },
    [within, rules],
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
