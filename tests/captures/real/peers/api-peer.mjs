// A peer that is the WebSocket of a platform: of a browser, Deno or Bun.

/**
 * Takes steps, and hands on what was received. Resolves once the connection is open; pages are given the text of this
 * function, so it uses nothing around it.
 */
export function apiPeer(socket, receive) {
  socket.binaryType = 'arraybuffer';
  socket.onmessage = ({ data }) =>
    receive(typeof data === 'string' ? { text: data } : { base64: btoa(String.fromCharCode(...new Uint8Array(data))) });
  socket.onclose = ({ code, reason }) => receive({ close: [code, reason] });
  const step = ({ text, base64, close }) => {
    if (text !== undefined) socket.send(text);
    if (base64 !== undefined) socket.send(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
    if (close) socket.close(...close);
  };
  const facts = () => ({ subprotocol: socket.protocol, compressed: socket.extensions !== '' });
  return new Promise((resolve, reject) => {
    socket.onerror = () => reject(new Error('no WebSocket'));
    if (socket.readyState === WebSocket.OPEN) resolve({ step, facts });
    socket.onopen = () => resolve({ step, facts });
  });
}
