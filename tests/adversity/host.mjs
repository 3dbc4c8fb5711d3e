// What the lives need of the platform that they are on.

/** Lets the event loop go round once. */
export const nextTask = typeof setImmediate === 'function' ? () => new Promise(setImmediate) : overChannel();

function overChannel() {
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port1.onmessage = () => waiting.shift()();
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      port2.postMessage(undefined);
    });
}

/** Node's, where there is one. */
export const Duplex = globalThis.process?.getBuiltinModule?.('node:stream').Duplex;

/** Throws, if something does not hold. */
export function expect(holds, what) {
  if (!holds) throw new Error(`it does not hold: ${what}`);
}

/** Several pieces as one. */
export function joined(pieces) {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
