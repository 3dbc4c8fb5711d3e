/** Handshakes to look at: that of RFC 6455 §1.2, one with compression, and ones with faults. */

const REQUEST = `GET /chat HTTP/1.1
Host: server.example.com
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
Origin: http://example.com
Sec-WebSocket-Protocol: chat, superchat
Sec-WebSocket-Version: 13
`;

const RESPONSE = `HTTP/1.1 101 Switching Protocols
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
Sec-WebSocket-Protocol: chat
`;

const COMPRESSED = REQUEST.replace(
  'Sec-WebSocket-Version',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\nSec-WebSocket-Version',
);

export const presets: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'RFC 6455, request and response', text: `${REQUEST}\n${RESPONSE}` },
  {
    name: 'with compression',
    text: `${COMPRESSED}\n${RESPONSE}Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12\n`,
  },
  {
    name: 'a server that answers wrongly',
    text: `${REQUEST}\n${RESPONSE.replace('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=').replace(
      'Protocol: chat',
      'Protocol: mqtt',
    )}Sec-WebSocket-Extensions: permessage-deflate\n`,
  },
  {
    name: 'a request that a server refuses',
    text: `POST /chat HTTP/1.0
Upgrade: h2c
Connection: keep-alive
Sec-WebSocket-Key: dGhl
Sec-WebSocket-Version: 8
`,
  },
];
