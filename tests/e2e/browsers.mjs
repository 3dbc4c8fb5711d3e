// The browsers of the machine, and the project's own server of static files.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe } from 'node:test';
import { chromium, firefox } from 'playwright-core';
import { at, pkgDir, which } from '../../tools/lib/paths.mjs';
import { serve } from '../../tools/lib/serve.mjs';
import { PATIENCE } from './eventually.mjs';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Data channels on a machine that may have no network, and nobody who resolves the names that hide its addresses.
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
];

/** The same for Firefox. */
const firefoxUserPrefs = {
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** How each browser is started; `flags` are more for its command line. */
export const launchers = {
  chromium: (flags = []) =>
    chromium.launch({
      executablePath: which('chromium', 'chromium-browser', 'google-chrome'),
      args: [...quiet, ...flags],
    }),
  // Debian's Firefox speaks WebDriver BiDi; this channel makes Playwright do so.
  firefox: () =>
    firefox.launch({ channel: 'moz-firefox', executablePath: which('firefox-esr', 'firefox'), firefoxUserPrefs }),
};

/** Chromium alone, for what is tested of it in particular. */
export const launchChromium = launchers.chromium;

/** Pictures for people to look at; those of the run before are replaced. */
export const screenshots = join(tmpdir(), 'sansocket-e2e');

const VIEWPORT = { width: 1280, height: 900 };

/**
 * Declares tests once for each browser; both run side by side. `declare` gets `{ name, open }`:
 * `open(path, { viewport })` loads a page of `folder` and resolves to `{ page, faults }`, with `faults` a growing list of
 * everything that went wrong in it. A page that was closed is used again, with its storage empty: making one takes longer than
 * most tests.
 */
export function inEachBrowser(folder, declare) {
  // While one works on a test: E2E_BROWSER=firefox node --test …
  const only = process.env.E2E_BROWSER;
  closeAtEnd();
  const names = Object.keys(launchers).filter((name) => only === undefined || only === name);
  describe('in each browser', { concurrency: true }, () => {
    for (const name of names) describe(name, { concurrency: 1 }, () => declare({ name, open: opener(name, folder) }));
  });
}

/** The browsers and servers of this process: one each, however many tests are declared. */
const browsers = new Map();
const servers = new Map();

const once = (map, key, make) => {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
};

let closing = false;

/** Ends them with the tests. Whoever only launches browsers has none. */
function closeAtEnd() {
  if (closing) return;
  closing = true;
  after(async () => {
    for (const browser of browsers.values()) await (await browser).close();
    for (const server of servers.values()) (await server).close();
  });
}

function opener(name, folder) {
  /** A page that nobody uses, from the server that it was loaded from. */
  let idle;
  let opened = 0;
  return async (path, { viewport = VIEWPORT } = {}) => {
    const server = await once(servers, folder, () => serve({ '/': folder, '/pkg/': pkgDir }, 0));
    const browser = await once(browsers, name, launchers[name]);
    const page = idle ?? (await newPage(browser, (free) => (idle = free)));
    idle = undefined;
    await page.setViewportSize(viewport);
    const faults = [];
    page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
    page.on('response', (response) => {
      if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
    });
    // With another query a page is loaded anew, whatever its fragment was.
    opened += 1;
    const [file, hash = ''] = path.split(/(?=#)/);
    await page.goto(`http://127.0.0.1:${server.address().port}${file}?${opened}${hash}`);
    return { page, faults };
  };
}

/** A page whose `close` gives it back. */
async function newPage(browser, giveBack) {
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.setDefaultTimeout(PATIENCE);
  page.close = async () => {
    for (const event of ['console', 'pageerror', 'requestfailed', 'response', 'request'])
      page.removeAllListeners(event);
    await page.evaluate(() => localStorage.clear());
    // What it was still loading ends here, and is no fault of the test that comes next.
    await page.goto('about:blank');
    giveBack(page);
  };
  return page;
}

export const www = at('www', 'dist');
