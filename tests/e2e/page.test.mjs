// The page in real browsers: frames, fields, bits, accept values, faults, and what strangers' bytes may not do.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeFrame } from 'sansocket';
import { inEachBrowser, screenshots, www } from './browsers.mjs';

after(() => console.log(`screenshots: ${screenshots}`));

const hexOf = (bytes) => Buffer.from(bytes).toString('hex');
const rows = (page) => page.locator('#frames tbody tr');
const names = async (page) => (await rows(page).locator('.opcode').allInnerTexts()).join(' ');
const title = (page) => page.locator('#detail-title').innerText();
const marked = (page, selector) => page.locator(`${selector}.marked`).allInnerTexts();
const example = (page, name) => page.getByLabel('Example').selectOption(name);

inEachBrowser(www, ({ name, open }) => {
  const openPage = async (options) => {
    const opened = await open('/', options);
    await rows(opened.page).first().waitFor();
    return opened;
  };

  test('an example is there at once, and nothing goes wrong', async () => {
    const { page, faults } = await openPage();
    assert.equal(await names(page), 'text text ping cont binary text close');
    assert.match(
      await page.locator('#verdict').innerText(),
      /7 frames · 231 bytes of hex · received by a server \(guessed\)\s*no violation/,
    );
    assert.equal(await title(page), 'Frame 1: text, 11 bytes at offset 0');
    const fields = await page.locator('.fields tbody tr').allInnerTexts();
    assert.deepEqual(
      fields.map((field) => field.replaceAll(/\s+/g, ' ')),
      [
        'FIN 1 the last frame of its message byte 0, bit 0',
        'RSV1 0 reserved for extensions byte 0, bit 1',
        'RSV2 0 reserved for extensions byte 0, bit 2',
        'RSV3 0 reserved for extensions byte 0, bit 3',
        'Opcode 0x1 text, the first frame of a message byte 0, bits 4–7',
        'MASK 1 masked, as a client sends byte 1, bit 0',
        'Payload length 5 5 bytes byte 1, bits 1–7',
        'Masking key 37 fa 21 3d XOR of the payload with these four bytes, over and over bytes 2–5',
        'Payload data Hello 5 bytes, unmasked bytes 6–10',
      ],
    );
    assert.equal((await page.locator('.bit').allInnerTexts()).join(''), '1000000110000101');
    assert.equal((await page.locator('.byte').allInnerTexts()).join(' '), '81 85 37 fa 21 3d 7f 9f 4d 51 58');
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, `${name}-light.png`), fullPage: true });
    await page.close();
  });

  test('nothing is requested after the page has loaded', async () => {
    const { page } = await openPage();
    await page.waitForLoadState('networkidle');
    const requests = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.getByLabel('Bytes to decode').fill('81 05 48 65 6c 6c 6f');
    await example(page, 'ten faults');
    await page.getByRole('button', { name: 'New key' }).click();
    assert.deepEqual(requests, []);
    const blocked = await page.evaluate(async () => {
      const refusal = new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
      });
      await fetch('/pkg/codec.wasm').catch(() => {});
      return refusal;
    });
    assert.equal(blocked, 'connect-src');
    await page.close();
  });

  test('hex and base64 that somebody types', async () => {
    const { page, faults } = await openPage();
    const source = page.getByLabel('Bytes to decode');
    const stream = Buffer.concat([
      encodeFrame({ opcode: 1, payload: 'Hello' }),
      encodeFrame({ opcode: 2, payload: new Uint8Array(70_000) }),
    ]);
    for (const [text, notation] of [
      [hexOf(stream), 'hex'],
      [stream.toString('base64'), 'base64'],
    ]) {
      await source.fill(text);
      assert.equal(await names(page), 'text binary');
      assert.match(
        await page.locator('#verdict').innerText(),
        new RegExp(`2 frames · 70017 bytes of ${notation} · received by a client`),
      );
    }
    await rows(page).nth(1).click();
    assert.equal(await title(page), 'Frame 2: binary, 70010 bytes at offset 7');
    assert.match(await page.locator('.bytes').innerText(), /and 69498 bytes more/);
    await page.getByLabel('Read as').selectOption('base64');
    await source.fill('aaaa');
    assert.match(await page.locator('#verdict').innerText(), /3 bytes of base64/);
    await source.fill('');
    assert.match(await page.locator('#detail').innerText(), /No frame yet/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('keys move through frames and fields', async () => {
    const { page } = await openPage();
    await rows(page).first().focus();
    for (const [key, expected] of [
      ['ArrowDown', 'Frame 2'],
      ['ArrowDown', 'Frame 3'],
      ['ArrowUp', 'Frame 2'],
      ['End', 'Frame 7'],
      ['ArrowDown', 'Frame 7'],
      ['Home', 'Frame 1'],
    ]) {
      await page.keyboard.press(key);
      assert.match(await title(page), new RegExp(`^${expected}:`), key);
      assert.equal(await page.locator('#frames [aria-selected=true]').count(), 1);
    }
    // One stop in each list.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.closest('table')?.className), 'fields');
    await page.keyboard.press('End');
    assert.deepEqual(await marked(page, '.byte'), ['7f', '9f', '4d', '51', '58']);
    await page.close();
  });

  test('a field, its bits and its bytes point at each other', async () => {
    const { page } = await openPage();
    await page.locator('.fields tr', { hasText: 'Masking key' }).hover();
    assert.deepEqual(await marked(page, '.byte'), ['37', 'fa', '21', '3d']);
    await page.locator('.fields tr', { hasText: 'Opcode' }).hover();
    assert.deepEqual(await marked(page, '.byte'), ['81']);
    assert.equal((await page.locator('.bits.marked .bit').allInnerTexts()).join(''), '0001');
    await page.locator('.byte').nth(7).hover();
    assert.match((await marked(page, '.fields tr')).join(), /^Payload data/);
    await page.locator('.byte').nth(1).hover();
    assert.match((await marked(page, '.fields tr')).join(), /^MASK.*Payload length/s);
    await page.locator('.bits').first().hover();
    assert.match((await marked(page, '.fields tr')).join(), /^FIN/);
    await page.close();
  });

  test('the payload as sent and unmasked', async () => {
    const { page } = await openPage();
    await page.getByLabel('unmasked').check({ force: true });
    assert.equal((await page.locator('.byte').allInnerTexts()).join(' '), '81 85 37 fa 21 3d 48 65 6c 6c 6f');
    await page.getByLabel('Bytes to decode').fill('81 05 48 65 6c 6c 6f');
    assert.equal(await page.locator('#layer').isVisible(), false);
    await page.close();
  });

  test('every fault at its frame, with the section that has the rule', async () => {
    const { page, faults } = await openPage();
    await example(page, 'ten faults');
    assert.match(await page.locator('#verdict').innerText(), /10 violations/);
    assert.deepEqual(
      (await rows(page).locator('.fault').allInnerTexts()).map((text) => text.replace(/^▲ /, '')),
      [
        'opcode-reserved',
        'control-fragmented',
        'rsv-nonzero',
        'utf8-invalid',
        'continuation-orphan',
        'length-nonminimal',
        'message-interrupted',
        'mask-present',
        'close-code-forbidden',
        'data-after-close',
      ],
    );
    await rows(page).nth(4).click();
    const card = page.locator('.violation');
    assert.match(
      await card.innerText(),
      /^utf8-invalid a text message is not UTF-8\s+RFC 6455 §8\.1 · byte 20 · closed with 1007 · WS_ERR_INVALID_UTF8$/,
    );
    assert.equal(await card.locator('a').getAttribute('href'), 'https://www.rfc-editor.org/rfc/rfc6455#section-8.1');
    await page.getByLabel('Received by').selectOption('server');
    assert.match(await page.locator('#verdict').innerText(), /received by a server\s/);
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, `${name}-faults.png`), fullPage: true });
    await page.close();
  });

  test('a mistake in the text: where it is, and what was read before it', async () => {
    const { page } = await openPage();
    await example(page, 'cut and mistyped');
    const problem = await page.getByRole('alert').innerText();
    assert.match(problem, /^Line 3, column 10: expected a hex digit, found "o"\. Go there/);
    assert.match(problem, /Frame 2 at byte 7 is cut: 7 of 256 bytes of its payload are there\./);
    assert.equal(await page.locator('.excerpt mark').innerText(), 'o');
    assert.equal(await names(page), 'text binary');
    await page.getByRole('button', { name: 'Go there' }).click();
    const selection = await page.evaluate(() => {
      const { value, selectionStart, selectionEnd } = document.activeElement;
      return value.slice(selectionStart, selectionEnd);
    });
    assert.equal(selection, 'o');
    await page.close();
  });

  test('the head of a handshake', async () => {
    const { page } = await openPage();
    await example(page, 'handshake, base64');
    assert.equal(await title(page), 'Request, 230 bytes');
    assert.match(await page.locator('#verdict').innerText(), /2 frames · 249 bytes of base64 · received by a server\s/);
    assert.match(
      await page.locator('#detail').innerText(),
      /Host: server\.example\.com[\s\S]*Answer due\s+s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/,
    );
    assert.equal(await names(page), 'text close');
    await page.close();
  });

  test('accept values', async () => {
    const { page, faults } = await openPage();
    const accept = page.getByLabel('Sec-WebSocket-Accept');
    const key = page.getByLabel('Sec-WebSocket-Key');
    assert.equal(await accept.innerText(), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    const acceptOf = (text) =>
      createHash('sha1').update(`${text}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    await key.fill('AAAAAAAAAAAAAAAAAAAAAA==');
    assert.equal(await accept.innerText(), acceptOf('AAAAAAAAAAAAAAAAAAAAAA=='));
    assert.equal(await page.locator('#key-note').innerText(), '');
    await page.getByRole('button', { name: 'New key' }).click();
    const fresh = await key.inputValue();
    assert.match(fresh, /^[A-Za-z0-9+/]{22}==$/);
    assert.equal(await accept.innerText(), acceptOf(fresh));
    for (const [bad, note] of [
      ['dGhl', /16 bytes in base64; this has 3/],
      ['not base64!', /this is not base64/],
      ['\ud800', /this is not base64/],
    ]) {
      await key.fill(bad);
      assert.match(await page.locator('#key-note').innerText(), note);
      assert.equal(await key.getAttribute('aria-invalid'), 'true');
    }
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('markup and controls in what others sent stay text', async () => {
    const { page, faults } = await openPage();
    const attack = '<img src=x onerror="document.title=1"><script>document.title=1</script>\u202e\u0007\u009b\ufeff';
    const head = `GET /${attack} HTTP/1.1\r\nHost: ${attack}\r\nSec-WebSocket-Key: ${attack}\r\n\r\n`;
    const close = Buffer.concat([Buffer.of(3, 232), Buffer.from(attack)]);
    const stream = Buffer.concat([
      Buffer.from(head),
      ...[1, 9, 11].map((opcode) => encodeFrame({ opcode, payload: attack, masked: true })),
      encodeFrame({ opcode: 8, payload: close, masked: true }),
    ]);
    await page.getByLabel('Bytes to decode').fill(stream.toString('base64'));
    for (let row = 0; row < 5; row++) {
      await rows(page).nth(row).click();
      const { elements, unsafe, text } = await page.evaluate(() => ({
        elements: document.querySelectorAll('main img, main script').length,
        unsafe: /[\p{Cc}\p{Cf}]/u.test((document.querySelector('main')?.innerText ?? '').replaceAll(/[\n\t]/g, '')),
        text: document.querySelector('#detail')?.innerText,
      }));
      assert.deepEqual({ elements, unsafe }, { elements: 0, unsafe: false });
      assert.match(text, /<img src=x/);
    }
    // And in the text itself, where the error is shown.
    await page.getByLabel('Bytes to decode').fill('81 <img src=x onerror=alert(1)>\u202e');
    assert.equal(await page.locator('main img').count(), 0);
    assert.match(await page.title(), /^sansocket/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('very many frames are shown in portions, up to a bound that is told', async () => {
    const { page } = await openPage();
    await page.getByLabel('Bytes to decode').fill('8900'.repeat(20_001));
    assert.match(await page.getByRole('alert').innerText(), /Only the first 20000 frames are shown/);
    assert.equal(await rows(page).count(), 500);
    await page.getByRole('button', { name: 'Show more' }).click();
    assert.equal(await rows(page).count(), 1000);
    assert.match(await title(page), /^Frame 501:/);
    await page.close();
  });

  test('it fits a narrow screen, and every field has a label', async () => {
    const { page, faults } = await openPage({ viewport: { width: 400, height: 800 } });
    for (const chosen of [
      'a client, in hex',
      'a server, by xxd',
      'handshake, base64',
      'ten faults',
      'cut and mistyped',
    ]) {
      await example(page, chosen);
      for (let row = 0; row < Math.min(await rows(page).count(), 6); row++) {
        await rows(page).nth(row).click();
        const [content, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= width, `${chosen}, frame ${row + 1}: ${content} > ${width}`);
      }
    }
    const unlabelled = await page.evaluate(() =>
      [...document.querySelectorAll('input, select, textarea, output')]
        .filter((field) => field.labels?.length === 0)
        .map(({ id }) => id),
    );
    assert.deepEqual(unlabelled, []);
    assert.deepEqual(faults, []);
    await page.screenshot({ path: join(screenshots, `${name}-narrow.png`), fullPage: true });
    await page.close();
  });

  // Firefox does not emulate the preference over BiDi.
  for (const colorScheme of name === 'chromium' ? ['light', 'dark'] : ['light']) {
    test(`text has contrast: ${colorScheme}`, async () => {
      const { page } = await openPage({ colorScheme });
      for (const chosen of ['ten faults', 'cut and mistyped', 'a client, in hex']) {
        await example(page, chosen);
        await rows(page).last().click();
        assert.deepEqual(await page.evaluate(faintTexts), [], chosen);
      }
      const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const [red] = background.match(/\d+/g).map(Number);
      assert.equal(red < 128, colorScheme === 'dark');
      await page.locator('.fields tr').nth(8).hover();
      await page.screenshot({ path: join(screenshots, `${name}-${colorScheme}.png`), fullPage: true });
      await page.close();
    });
  }
});

/** Runs in the page: texts with less contrast than WCAG 2 AA asks for. */
function faintTexts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element) => {
    for (let node = element; node; node = node.parentElement) {
      const color = rgba(getComputedStyle(node).backgroundColor);
      if (color[3] === 255) return color;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [rgba(getComputedStyle(element).color), backgroundOf(element)].map(luminance);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5)
      faint.push(`${element.className || element.tagName} ${element.textContent.slice(0, 20)}: ${contrast.toFixed(2)}`);
  }
  return faint;
}
