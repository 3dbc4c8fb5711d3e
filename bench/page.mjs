// What the page takes: bytes to load, and with a million frames how soon there are rows, how long reading takes, and how evenly it scrolls.
//
// node bench/page.mjs [--frames N] [--browser chromium|firefox]

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchers } from '../tests/e2e/browsers.mjs';
import { buildPage, pageDir } from '../tools/lib/page.mjs';
import { at } from '../tools/lib/paths.mjs';
import { serve } from '../tools/lib/serve.mjs';
import { printSizes, sizesOf } from '../tools/lib/size.mjs';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '1000000' }, browser: { type: 'string' } },
});
const names = values.browser === undefined ? Object.keys(launchers) : [values.browser];
const folder = mkdtempSync(join(tmpdir(), 'sansocket-page-'));

try {
  const { first, later } = await buildPage();
  const row = (name) => [name, sizesOf(join(pageDir, name))];
  const sum = (title, rows) => {
    const of = (key) => rows.reduce((total, [, sizes]) => total + sizes[key], 0);
    return [title, { raw: of('raw'), gzip: of('gzip'), brotli: of('brotli') }];
  };
  printSizes([...first.map(row), sum('before anything is decoded', first.map(row)), ...later.map(row)]);

  const file = join(folder, 'million.pcap');
  const bytes = await capture(Number(values.frames));
  writeFileSync(file, bytes);
  console.log(`\n${values.frames} frames, ${(bytes.length / 1e6).toFixed(1)} MB of pcap`);
  for (const name of names) await measure(name, file);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The page's own sample, made here. */
async function capture(frames) {
  const { build } = await import('esbuild');
  const outfile = join(folder, 'samples.mjs');
  await build({
    entryPoints: [at('www', 'src', 'inspect', 'samples-later.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const { million } = await import(outfile);
  return million(frames);
}

async function measure(name, file) {
  const server = await serve({ '/': pageDir }, 0);
  const browser = await launchers[name]();
  try {
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    const begun = performance.now();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.locator('#frame-title').waitFor();
    const usable = performance.now() - begun;
    // The rest comes behind it, and shall not be measured.
    await page.waitForLoadState('networkidle');
    const reading = page.evaluate(watchReading);
    await page.locator('#file').setInputFiles(file);
    const { firstRows, all, work } = await reading;
    console.log(`${name}: usable after ${ms(usable)}, a sample decoded`);
    console.log(`  first rows ${ms(firstRows)} after the drop; all read after ${ms(all)}, ${work} of it in the engine`);
    for (const [way, action] of Object.entries({ wheel: scrollByWheel, bar: scrollByBar, keys: scrollByKeys })) {
      const gaps = (await page.evaluate(action)).sort((a, b) => a - b);
      const of = (share) => ms(gaps[Math.floor(share * (gaps.length - 1))]);
      console.log(
        `  ${way}: ${gaps.length} frames of the screen, median ${of(0.5)}, 99 % ${of(0.99)}, longest ${of(1)}`,
      );
    }
    const filtered = await page.evaluate(filterFrames);
    console.log(`  filter on fields ${ms(filtered.fields)}, a substring ${ms(filtered.text)} (${filtered.found})`);
  } finally {
    await browser.close();
    server.close();
  }
}

function ms(value) {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}

/** Runs in the page: from the change of the file field to the first row of it, and to the end of reading. */
function watchReading() {
  return new Promise((resolve) => {
    document.getElementById('file').addEventListener(
      'change',
      () => {
        const start = performance.now();
        let firstRows;
        const look = () => {
          const named = document.querySelector('.source-name')?.textContent?.includes('million.pcap');
          const row = document.querySelector('#frames .list-rows .list-row:not(.waiting):not([hidden]) .c-preview');
          if (named && firstRows === undefined && /trade/.test(row?.textContent ?? ''))
            firstRows = performance.now() - start;
          const status = document.querySelector('.status-line')?.textContent ?? '';
          const read = /read in ([\d.]+ s)/.exec(status);
          if (named && firstRows !== undefined && read)
            return resolve({ firstRows, all: performance.now() - start, work: read[1] });
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      },
      { once: true },
    );
  });
}

/** Runs in the page: the times between frames of the screen, while something moves the list in each of them. */
function scrollByWheel() {
  const list = document.getElementById('frames');
  return new Promise((resolve) => {
    const gaps = [];
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      gaps.push(now - before);
      before = now;
      if (gaps.length === 240) return resolve(gaps.slice(1));
      list.dispatchEvent(new WheelEvent('wheel', { deltaY: 240, bubbles: true, cancelable: true }));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

function scrollByBar() {
  const list = document.getElementById('frames');
  return new Promise((resolve) => {
    const gaps = [];
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      gaps.push(now - before);
      before = now;
      if (gaps.length === 240) return resolve(gaps.slice(1));
      list.scrollTop = (list.scrollHeight * gaps.length) / 240;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

function scrollByKeys() {
  const list = document.getElementById('frames');
  list.focus();
  return new Promise((resolve) => {
    const gaps = [];
    let before = performance.now();
    const step = () => {
      const now = performance.now();
      gaps.push(now - before);
      before = now;
      if (gaps.length === 240) return resolve(gaps.slice(1));
      list.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true, cancelable: true }));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/** Runs in the page: types filters, and waits for all rows of each. */
async function filterFrames() {
  const field = document.getElementById('filter');
  const count = document.getElementById('filter-count');
  const type = async (text) => {
    const start = performance.now();
    const old = count.textContent;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => {
      const look = () => {
        if (count.textContent !== old && !count.textContent.startsWith('…')) resolve();
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    return performance.now() - start;
  };
  const fields = await type('op == text and len > 80 and dir == c2s');
  const text = await type('"side\\":\\"sell"');
  return { fields, text, found: count.textContent };
}
