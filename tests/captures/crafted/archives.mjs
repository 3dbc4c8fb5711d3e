// Archives of messages, as different programs write them: HAR, and lines of JSON.

const base64 = (payload) => Buffer.from(payload).toString('base64');

/** By the name of the file. */
export const archives = {
  'chrome.har': har('http://a.example/chat', [
    { type: 'send', time: 1767225601.5, opcode: 1, data: 'Hello' },
    { type: 'receive', time: 1767225601.75, opcode: 1, data: 'κόσμε "quoted" \u001b[31m' },
    { type: 'receive', time: 1767225602, opcode: 2, data: base64([0, 255, 1]) },
    { type: 'error', time: 1767225603, opcode: -1, data: 'WebSocket closed' },
  ]),
  'playwright.har': har('ws://a.example/chat', [
    { type: 'send', time: 1767225601500, opcode: 1, data: 'milliseconds' },
    { type: 'receive', time: -1, opcode: 1, data: 'no time' },
  ]),
  'handmade.har': har('ws://a.example/chat', [
    { type: 'send', time: 1.5, opcode: 9, data: 'ping' },
    { type: 'receive', time: 1.75, opcode: 10, data: 'ping' },
    { type: 'receive', time: 2, opcode: 2, data: 'not base64!' },
    { type: 'receive', time: 3, opcode: 8, code: 1001, data: 'away' },
  ]),
  'firefox.har': har('ws://a.example/chat'),
  'cdp.jsonl': jsonl([
    { method: 'Network.webSocketCreated', params: { requestId: '7.1', url: 'ws://a.example/chat' } },
    {
      method: 'Network.webSocketFrameSent',
      params: { requestId: '7.1', timestamp: 12.5, response: { opcode: 1, mask: true, payloadData: 'Hello' } },
    },
    {
      method: 'Network.webSocketFrameReceived',
      params: {
        requestId: '7.1',
        timestamp: 12.75,
        response: { opcode: 2, mask: false, payloadData: base64([0, 255]) },
      },
    },
  ]),
  'archive.jsonl': jsonl([
    { ts: 1767225601.5, type: 'send', opcode: 1, payloadData: 'Hello', mask: true },
    { ts: 1767225601.75, type: 'receive', opcode: 9, payloadData: '', mask: false },
  ]),
};

function jsonl(lines) {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function har(url, messages) {
  const socket = {
    startedDateTime: '2026-01-01T00:00:00.000Z',
    request: { method: 'GET', url, headers: [] },
    response: { status: 101, content: {} },
    _resourceType: 'websocket',
    _webSocketMessages: messages,
  };
  const page = { startedDateTime: '2026-01-01T00:00:00.000Z', request: { url: 'http://a.example/' }, response: {} };
  return Buffer.from(`${JSON.stringify({ log: { version: '1.2', entries: [page, socket] } }, null, 1)}\n`);
}
