// The browsers of the machine, and the project's own server of static files.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { chromium, firefox } from 'playwright-core';
import { at, pkgDir, which } from '../../tools/lib/paths.mjs';
import { serve } from '../../tools/lib/serve.mjs';

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

/**
 * Declares tests once for each browser. `declare` gets `{ name, open }`:
 * `open(path, options)` loads a page of `folder` and resolves to `{ page, faults }`, with `faults` a growing list of
 * everything that went wrong in it.
 */
export function inEachBrowser(folder, declare) {
  // While one works on a test: E2E_BROWSER=firefox node --test …
  const only = process.env.E2E_BROWSER;
  for (const [name, launch] of Object.entries(launchers)) {
    if (only !== undefined && only !== name) continue;
    describe(name, () => {
      let browser;
      let server;
      before(async () => {
        server = await serve({ '/': folder, '/pkg/': pkgDir }, 0);
        browser = await launch();
      });
      after(async () => {
        await browser?.close();
        server?.close();
      });
      const open = async (path, options = {}) => {
        const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
        page.setDefaultTimeout(15_000);
        const faults = [];
        page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
        page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
        page.on('requestfailed', (request) => faults.push(`failed: ${request.url()}`));
        page.on('response', (response) => {
          if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
        });
        await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
        return { page, faults };
      };
      declare({ name, open });
    });
  }
}

export const www = at('www', 'dist');
