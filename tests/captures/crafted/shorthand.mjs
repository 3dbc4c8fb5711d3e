// Words that most captures have in common.

import { close, frame, Op } from '../lib.mjs';

export const text = (payload, options) => frame(Op.text, payload, options);
export const binary = (payload, options) => frame(Op.binary, payload, options);

/** Both sides close, and TCP ends. */
export function goodbye(talk, key, code = 1000, reason = '') {
  return talk
    .client(frame(Op.close, close(code, reason), { key: key() }))
    .server(frame(Op.close, close(code, reason)))
    .end('server');
}

/** Parameters of permessage-deflate. */
export const noTakeover = '; client_no_context_takeover; server_no_context_takeover';
