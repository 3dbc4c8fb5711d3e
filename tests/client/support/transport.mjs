// A Connect function without a WebSocket: its request, and bytes over its transport.

import assert from 'node:assert/strict';

/** What a driver would ask for. */
export function requestFor(url, { signal = new AbortController().signal, fields = [] } = {}) {
  return { url: new URL(url), protocols: [], headers: new Headers(), fields, signal };
}

/** Sends a text, ends, and gives all that comes back. */
export async function exchange(transport, text) {
  const writer = transport.writable.getWriter();
  await writer.write(new TextEncoder().encode(text));
  writer.close().catch(() => {});
  let received = '';
  for await (const chunk of transport.readable) received += new TextDecoder().decode(chunk);
  await transport.close();
  return received;
}

/** Whether bytes go there and back, and the end after them. */
export async function assertEcho(transport) {
  const writer = transport.writable.getWriter();
  await writer.write(new TextEncoder().encode('Hello'));
  const reader = transport.readable.getReader();
  let received = '';
  while (received.length < 5) received += new TextDecoder().decode((await reader.read()).value);
  assert.equal(received, 'Hello');
  await writer.close();
  assert.equal((await reader.read()).done, true);
  await transport.close();
}

/** The error of a promise that must be rejected. */
export async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  assert.fail('it was not rejected');
}
