/** Engine.IO and Socket.IO, protocols 4 and 5: a digit each, and JSON behind them. */

import { fromJson, mapOf, type Value } from './value.js';

const ENGINE = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const SOCKET = ['CONNECT', 'DISCONNECT', 'EVENT', 'ACK', 'CONNECT_ERROR', 'BINARY_EVENT', 'BINARY_ACK'];

/** `undefined` if the text is not one of these. */
export function decodeSocketIo(text: string): Value | undefined {
  const engine = ENGINE[Number(text[0])];
  if (engine === undefined || !/^\d/.test(text)) return undefined;
  const rest = text.slice(1);
  if (engine !== 'message') {
    // A number alone is JSON as well: only what says something is taken.
    if (rest === '' || rest === 'probe')
      return mapOf([['engine.io', engine], ...(rest === '' ? [] : [['data', rest] as const])]);
    return rest.startsWith('{') ? packet([['engine.io', engine]], rest) : undefined;
  }
  const match = /^([0-6])(?:(\d+)-)?(?:(\/[^,]*),)?(\d*)([[{"][\s\S]*)?$/.exec(rest);
  if (match === null) return undefined;
  const [, type, attachments, namespace, id, data] = match;
  const entries: (readonly [Value, Value])[] = [
    ['engine.io', 'message'],
    ['socket.io', SOCKET[Number(type)] ?? ''],
  ];
  if (attachments !== undefined) entries.push(['attachments', Number(attachments)]);
  entries.push(['namespace', namespace ?? '/']);
  if (id !== '' && id !== undefined) entries.push(['id', Number(id)]);
  return data === undefined ? mapOf(entries) : packet(entries, data);
}

function packet(entries: readonly (readonly [Value, Value])[], data: string): Value | undefined {
  try {
    return mapOf([...entries, ['data', fromJson(JSON.parse(data))]]);
  } catch {
    return undefined;
  }
}
