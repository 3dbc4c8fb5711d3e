// What tests of the view of captures do again and again.

import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';

/** Opens the page as `open` of browsers.mjs does, with a fragment, and waits for its first frame. */
export const opensCaptures =
  (open) =>
  async (hash = '', options = {}) => {
    const opened = await open(`/${hash}`, options);
    await opened.page.locator('#frame-title').waitFor();
    return opened;
  };

/** Goes to a view by its name, and waits until it is drawn. */
export async function visit(page, view) {
  await page.getByRole('navigation').getByRole('link', { name: view }).click();
  const shown = page.locator('main:not([hidden])', { has: page.locator('h1', { hasText: view }) });
  await shown.locator('.panel').first().waitFor();
}

/** Rows of the list that are in sight. */
export const rows = (page) => page.locator('#frames .list-rows .list-row:not([hidden])');

/** How many rows there are of how many. */
export const count = (page) => page.locator('#filter-count');
export const shows = (page, text) =>
  count(page)
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor();

/** Types a filter. */
export const filter = (page, text) => page.getByRole('searchbox', { name: 'Filter' }).fill(text);

/** Waits for the detail of a frame. */
export const atFrame = (page, number) =>
  page.locator('#frame-title', { hasText: new RegExp(`^Frame ${number.toLocaleString('en-US')}:`) }).waitFor();

/** Points at a row once it is this frame's, and waits for the detail. */
export async function choose(page, number, place = 0) {
  const row = rows(page).nth(place);
  await row.locator('.c-n', { hasText: new RegExp(`^${number}$`) }).waitFor();
  await row.click();
  await atFrame(page, number);
}

/** Goes to a frame's number, a time or an offset, as somebody types who knows the keys. */
export async function goTo(page, place) {
  await page.keyboard.press('g');
  await page.keyboard.type(place);
  await page.keyboard.press('Enter');
}

/** Closes the sheet that is open. */
export async function closeSheet(page) {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Where the keyboard is: the id of the element. */
export const focused = (page) => page.evaluate(() => document.activeElement?.id);

/** Pastes a text by the sheet for that, and waits until it is there: it differs from what was open in notation or size. */
export async function paste(page, text, { side } = {}) {
  const name = page.locator('.source-name');
  const before = await name.innerText();
  await page.getByRole('button', { name: 'Paste bytes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Hex in any notation').fill(text);
  if (side) await dialog.getByLabel('Sent by').selectOption(side);
  await dialog.getByRole('button', { name: 'Decode' }).click();
  await name.filter({ hasText: 'pasted' }).waitFor();
  await eventually(async () => assert.notEqual(await name.innerText(), before));
}

/** Drops files as somebody does with the pointer, and waits until they are there. Their names are others than those of what is open. */
export async function drop(page, files) {
  await letGo(page, files);
  await page.locator('.source-name', { hasText: files[0][0] }).waitFor();
}

/** Drops files somewhere. */
export async function letGo(page, files, place = '.inspect') {
  const given = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const [name, text] of list) {
      data.items.add(new File([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], name));
    }
    return data;
  }, given);
  await page.locator(place).dispatchEvent('drop', { dataTransfer: transfer });
}
