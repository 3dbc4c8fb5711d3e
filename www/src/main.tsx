/** Loads what the page needs, closes the way out, and shows it. */

import { render } from 'preact';
import { App } from './app.js';
import { loadEngine } from './inspect/engine/client.js';
import { applyTheme } from './ui/theme.js';

applyTheme();
const root = document.getElementById('app');
if (root === null) throw new Error('the page has no #app');

try {
  const get = (name: string) => fetch(new URL(name, document.baseURI));
  await loadEngine(get('worker.js'), get('inspector.wasm'));
  closeTheWayOut();
  render(<App />, root);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  render(
    <div class="failure" role="alert">
      <h1>This page could not start</h1>
      <p>{text}</p>
      <p>It needs WebAssembly and the files beside it: scripts, main.css and inspector.wasm.</p>
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
