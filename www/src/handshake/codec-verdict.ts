/** What the codec itself makes of a request and of a response: real handshakes, fed with what was pasted. */

import { ClientHandshake, type HandshakeError, ServerHandshake } from '../../../pkg/index.js';
import { fieldOf, type PastedHead } from './head.js';

export interface CodecVerdict {
  readonly error: HandshakeError | undefined;
  /** What it answers, as text: the acceptance of a request, or its refusal. */
  readonly answer: string;
}

/** A server that speaks every subprotocol offered and compresses if asked to. */
export function serverVerdict(head: PastedHead): CodecVerdict {
  const protocols = fieldOf(head, 'sec-websocket-protocol')?.split(/\s*,\s*/) ?? [];
  const handshake = new ServerHandshake({
    origins: 'any',
    protocols: protocols.filter((name) => /^[!#$%&'*+.^_`|~\w-]+$/.test(name)).slice(0, 1),
    perMessageDeflate: true,
  });
  try {
    handshake.receiveData(head.bytes);
    if (handshake.request !== undefined) handshake.accept();
    else if (handshake.error === undefined) handshake.receiveEof();
    const answer = handshake.dataToSend().map(latin1).join('');
    handshake.connection?.free();
    return { error: handshake.error, answer };
  } finally {
    handshake.free();
  }
}

/** A client that has sent this very request. */
export function clientVerdict(head: PastedHead, request: PastedHead): HandshakeError | undefined {
  const key = fieldOf(request, 'sec-websocket-key');
  const deflate = /permessage-deflate/.test(fieldOf(request, 'sec-websocket-extensions') ?? '');
  let handshake: ClientHandshake;
  try {
    handshake = new ClientHandshake({
      host: 'server.example.com',
      key: key ?? '',
      protocols: fieldOf(request, 'sec-websocket-protocol')?.split(/\s*,\s*/) ?? [],
      perMessageDeflate: deflate,
    });
  } catch {
    // No client could have sent that request: the checks of the request say why.
    return undefined;
  }
  try {
    handshake.receiveData(head.bytes);
    if (handshake.error === undefined && handshake.state === 'connecting') handshake.receiveEof();
    handshake.connection?.free();
    return handshake.error;
  } finally {
    handshake.free();
  }
}

const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
