// What tests of the view of captures do again and again.

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

/** Drops files as somebody does with the pointer. */
export async function drop(page, files) {
  const given = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]);
  const transfer = await page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const [name, text] of list) {
      data.items.add(new File([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))], name));
    }
    return data;
  }, given);
  await page.locator('.inspect').dispatchEvent('drop', { dataTransfer: transfer });
  await page.locator('.source-name', { hasText: files[0][0] }).waitFor();
}
