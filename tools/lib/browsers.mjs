// The machine's own Firefox and Chromium, driven by Playwright, which would otherwise want browsers of its own.

import { chromium, firefox } from 'playwright-core';
import { Failure } from './failure.mjs';
import { which } from './paths.mjs';

const kinds = {
  firefox: {
    type: firefox,
    programs: ['firefox-esr', 'firefox'],
    // Playwright's own protocol needs a patched Firefox; this channel speaks WebDriver BiDi to any.
    options: { channel: 'moz-firefox' },
  },
  chromium: {
    type: chromium,
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    // No sandbox: it does not work as root. The rest keeps it from calling home.
    options: {
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
};

export const browserNames = Object.keys(kinds);

/** Starts one of `browserNames` without a window, in a fresh profile. The caller closes it. */
export async function launch(name) {
  const { type, programs, options } = kinds[name];
  const executablePath = which(...programs);
  if (!executablePath) throw new Failure(`${name} is not on this machine`, `tools/setup ${name}`);
  return type.launch({ executablePath, headless: true, ...options });
}
