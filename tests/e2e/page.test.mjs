// The page in real browsers: captures, frames, fields, bits and faults, by pointer and by keys, and what strangers' bytes may not do.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { inEachBrowser, screenshots, www } from './browsers.mjs';

after(() => console.log(`screenshots: ${screenshots}`));

const HELLO = '81 85 37 fa 21 3d 7f 9f 4d 51 58';
const CLIENT = `${HELLO} 01 83 37 fa 21 3d 7f 9f 4d 89 80 37 fa 21 3d 80 82 37 fa 21 3d 5b 95 88 82 37 fa 21 3d 34 12`;

const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const rows = (page) => page.locator('#frames .list-rows .list-row:not([hidden])');
const title = (page) => page.locator('#frame-title').innerText();
const marked = (page, selector) => page.locator(`#detail ${selector}.marked`).allInnerTexts();

/** Waits until every row in sight has come, and gives the opcodes. */
async function opcodes(page) {
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll('#frames .list-rows .list-row:not([hidden])')];
    return shown.length > 0 && shown.every((row) => !row.classList.contains('waiting'));
  });
  return (await rows(page).locator('.c-op').allInnerTexts()).join(' ');
}

async function paste(page, text, { notation, side } = {}) {
  await page.getByRole('button', { name: 'Paste bytes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Hex in any notation').fill(text);
  if (notation) await dialog.getByLabel('Read as').selectOption(notation);
  if (side) await dialog.getByLabel('Sent by').selectOption(side);
  await dialog.getByRole('button', { name: 'Decode' }).click();
  await page.locator('.source-name', { hasText: 'pasted' }).waitFor();
}

/** Waits for the detail of a frame. */
const atFrame = (page, number) =>
  page.locator('#frame-title', { hasText: new RegExp(`^Frame ${number.toLocaleString('en-US')}:`) }).waitFor();

inEachBrowser(www, ({ name, open }) => {
  const openPage = async (options, hash = '') => {
    const opened = await open(`/${hash}`, options);
    await opened.page.locator('#frame-title').waitFor();
    return opened;
  };

  test('a capture is there at once, and nothing goes wrong', async () => {
    const { page, faults } = await openPage();
    assert.match(await opcodes(page), /^text/);
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
    assert.equal((await page.locator('#detail .byte').allInnerTexts()).join(' '), HELLO);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('nothing is requested after the page has loaded, and nothing can be', async () => {
    const { page, faults } = await openPage();
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await paste(page, '81 05 48 65 6c 6c 6f');
    for (const view of ['Playground', 'Handshake', 'Build frame', 'Inspect']) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
    }
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
      assert.equal(await opcodes(page), 'text binary');
      assert.match(await page.locator('.source-name').innerText(), new RegExp(kind));
    }
    await rows(page).nth(1).click();
    await atFrame(page, 2);
    assert.match(await title(page), /binary, 70,010 bytes/);
    await paste(page, '81 05 48 65 6c 6c 6f 81 o5');
    assert.match(await page.locator('.troubles').innerText(), /line 1, column 25: expected a hex digit, found "o"/);
    assert.match(await opcodes(page), /^text/);
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
    assert.equal(await opcodes(page), 'ping pong');
    const transfer = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.of(0x81, 1, 0x61, 0x8a, 0)], 'frames.bin'));
      return data;
    });
    await page.locator('.inspect').dispatchEvent('drop', { dataTransfer: transfer });
    await page.locator('.source-name', { hasText: 'frames.bin' }).waitFor();
    assert.equal(await opcodes(page), 'text pong');
    await page.close();
  });

  test('keys move through the list and its panes', async () => {
    const { page } = await openPage();
    await paste(page, CLIENT);
    await page.locator('#frames').focus();
    for (const [key, expected] of [
      ['ArrowDown', 2],
      ['j', 3],
      ['ArrowUp', 2],
      ['End', 5],
      ['ArrowDown', 5],
      ['Home', 1],
      ['m', 1],
      ['j', 2],
      ['m', 4],
      ['M', 2],
    ]) {
      await page.keyboard.press(key);
      await atFrame(page, expected);
      const active = await page.evaluate(() => document.activeElement?.getAttribute('aria-activedescendant'));
      assert.equal(await page.locator(`#${active}`).getAttribute('aria-selected'), 'true', key);
    }
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('table')?.className), 'fields');
    await page.keyboard.press('End');
    assert.deepEqual(await marked(page, '.byte'), ['7f', '9f', '4d']);
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'frames');
    await page.keyboard.press('2');
    assert.equal(await page.getByRole('radio', { name: 'unmasked' }).isChecked(), true);
    assert.equal((await page.locator('#detail .byte').allInnerTexts()).slice(-3).join(' '), '48 65 6c');
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'filter');
    await page.keyboard.type('jjj');
    assert.equal(await page.getByRole('searchbox', { name: 'Filter' }).inputValue(), 'jjj');
    await page.keyboard.press('F6');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'frames');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
    await page.close();
  });

  test('a field, its bits and its bytes point at each other', async () => {
    const { page } = await openPage();
    await paste(page, CLIENT);
    await atFrame(page, 1);
    await page.locator('#detail .fields tr', { hasText: 'Masking key' }).hover();
    assert.deepEqual(await marked(page, '.byte'), ['37', 'fa', '21', '3d']);
    await page.locator('#detail .fields tr', { hasText: 'Opcode' }).hover();
    assert.deepEqual(await marked(page, '.byte'), ['81']);
    assert.equal((await page.locator('#detail .bits.marked .bit').allInnerTexts()).join(''), '0001');
    await page.locator('#detail .byte').nth(7).hover();
    assert.match((await marked(page, '.fields tr')).join(), /^Payload data/);
    await page.locator('#detail .byte').nth(6).click();
    assert.match(await page.locator('.data-inspector').innerText(), /u16\s+32671\s+40831/);
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
      await rows(page).nth(row).click();
      await atFrame(page, row + 1);
      for (const form of ['text', 'decoded', 'hex']) {
        await page.getByRole('radio', { name: form, exact: true }).check({ force: true });
        const { elements, unsafe, text } = await page.evaluate(() => ({
          elements: document.querySelectorAll('main img, main script').length,
          unsafe: /[\p{Cc}\p{Cf}]/u.test((document.querySelector('main')?.innerText ?? '').replaceAll(/[\n\t]/g, '')),
          text: document.querySelector('#view-inspect')?.innerText,
        }));
        assert.deepEqual({ elements, unsafe }, { elements: 0, unsafe: false });
        assert.match(text, /<img src=x/);
      }
    }
    // And in the text itself, where the error is shown.
    await paste(page, '81 <img src=x onerror=alert(1)>\u202e');
    assert.equal(await page.locator('main img').count(), 0);
    assert.match(await page.title(), /^Inspect · sansocket/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('it fits a narrow screen, and every field has a label', async () => {
    const { page, faults } = await openPage({ viewport: { width: 320, height: 700 } });
    for (const view of ['Inspect', 'Playground', 'Handshake', 'Build frame']) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
      await page.locator('main:not([hidden]) .panel').first().waitFor();
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
    for (const view of ['Inspect', 'Playground', 'Handshake', 'Build frame']) {
      await page.getByRole('navigation').getByRole('link', { name: view }).click();
      await page.screenshot({ path: join(screenshots, `${name}-narrow-${view}.png`), fullPage: true });
    }
    await page.close();
  });

  for (const theme of ['light', 'dark']) {
    test(`axe finds nothing serious: ${theme}`, async () => {
      const { page } = await openPage();
      // Elements and names are the same in both themes.
      const rules = theme === 'light' ? undefined : ['color-contrast'];
      // By the page's own switch: Firefox does not emulate the preference over BiDi.
      const toggle = page.getByRole('button', { name: /^Theme/ });
      while (!(await toggle.getAttribute('aria-label')).startsWith(`Theme: ${theme}`)) await toggle.click();
      const background = await page.evaluate(() => getComputedStyle(document.body.parentElement).backgroundColor);
      assert.equal(Number(background.match(/\d+/)[0]) < 128, theme === 'dark');
      for (const view of ['Inspect', 'Playground', 'Handshake', 'Build frame']) {
        await page.getByRole('navigation').getByRole('link', { name: view }).click();
        await page.locator('main:not([hidden]) .panel').first().waitFor();
        await page.screenshot({ path: join(screenshots, `${name}-${theme}-${view}.png`), fullPage: true });
        assert.deepEqual(await seriousIn(page, { rules }), [], view);
      }
      await page.getByRole('navigation').getByRole('link', { name: 'Inspect' }).click();
      // By a key, or by the button of that name.
      for (const [sheet, key] of [
        ['Bytes of one direction', 'v'],
        ['Share and export', 's'],
        ['Go to', 'g'],
        ['Keys', '?'],
        ['Connection 1', 'About connection 1'],
        ['Frames over time', 'as a table'],
        ['Read it as something else', 'read as pcap'],
      ]) {
        if (key.length > 1) await page.getByRole('button', { name: key }).click();
        else {
          await page.locator('#frames').focus();
          await page.keyboard.press(key);
        }
        await page.getByRole('dialog', { name: sheet }).waitFor();
        // What is behind it was looked at before.
        assert.deepEqual(await seriousIn(page, { within: 'dialog', rules }), [], sheet);
        await page.keyboard.press('Escape');
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
