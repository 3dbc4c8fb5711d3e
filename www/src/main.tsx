/** Loads what the page needs, closes the way out, and shows it. */

import { render } from 'preact';
import { init } from '../../pkg/slim.js';
import { App } from './app.js';
import { applyTheme } from './ui/theme.js';

applyTheme();
const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');

try {
  await init(fetch(new URL('codec.wasm', document.baseURI)));
  closeTheWayOut();
  render(<App />, root);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  render(
    <div class="failure" role="alert">
      <h1>This page could not start</h1>
      <p>{text}</p>
      <p>It needs WebAssembly and the files beside it: main.js, main.css and codec.wasm.</p>
    </div>,
    root,
  );
}

/** From here on the browser itself refuses every request (CSP 3 §3.3: a policy that is added applies from then on). */
function closeTheWayOut(): void {
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = "connect-src 'none'";
  document.head.append(policy);
}
