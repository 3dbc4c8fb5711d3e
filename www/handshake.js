// @ts-check
// The calculator of accept values.

import { byId } from './dom.js';
import { acceptKey } from './sansocket.js';

/** Wires the form. */
export function startHandshake() {
  const key = byId('key', HTMLInputElement);
  const accept = byId('accept', HTMLOutputElement);
  const note = byId('key-note', HTMLElement);
  const update = () => {
    const value = key.value.trim();
    const length = decodedLength(value);
    accept.value = acceptKey(value);
    note.textContent = length === 16 ? '' : noteOn(length);
    if (length === 16) key.removeAttribute('aria-invalid');
    else key.setAttribute('aria-invalid', 'true');
  };
  key.addEventListener('input', update);
  byId('new-key', HTMLButtonElement).addEventListener('click', () => {
    key.value = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
    update();
  });
  update();
}

/** @param {number | undefined} length */
function noteOn(length) {
  const what = length === undefined ? 'this is not base64' : `this has ${length}`;
  return `A key is 16 bytes in base64; ${what}. A server refuses it with 400.`;
}

/**
 * Bytes that base64 stands for, or `undefined` if it is none. Padding is required, as servers do.
 *
 * @param {string} value
 */
function decodedLength(value) {
  try {
    return value.length % 4 === 0 ? atob(value).length : undefined;
  } catch {
    return undefined;
  }
}
