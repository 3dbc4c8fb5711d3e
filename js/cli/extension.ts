/** The value of Sec-WebSocket-Extensions in words (RFC 6455 §9.1, RFC 7692 §7.1). */

import { sectionUrl } from '../inspect/catalogue.js';
import { visible } from '../inspect/visible.js';
import type { Explanation } from './topics.js';

/** Explains each extension of a header value; `undefined` if it names none that is known. */
export function deflateOffer(value: string): readonly Explanation[] | undefined {
  const bare = value.replace(/^sec-websocket-extensions\s*:/i, '');
  const extensions = splitOutsideQuotes(bare, ',').map((part) =>
    splitOutsideQuotes(part, ';').map((each) => each.trim()),
  );
  if (!extensions.some(([name]) => name?.toLowerCase() === 'permessage-deflate')) return undefined;
  return extensions.map(([name = '', ...parameters]) => {
    if (name.toLowerCase() !== 'permessage-deflate') {
      return explanation(visible(name), 'An extension that is not known here.', undefined);
    }
    const seen = new Set<string>();
    const texts = parameters.map((parameter) => parameterText(parameter, seen));
    const base =
      'Messages are compressed by DEFLATE, each as a whole: RSV1 is set on the first frame of one. Control frames never are.';
    const rest = texts.length > 0 ? texts : ['No parameters: both sides keep their context and use windows of 32 KiB.'];
    return explanation('permessage-deflate', [base, ...rest].join('\n'), sectionUrl('7692#7'));
  });
}

function explanation(title: string, text: string, link: string | undefined): Explanation {
  return { kind: 'extension', title, facts: 'extension', text, link };
}

function parameterText(parameter: string, seen: Set<string>): string {
  const [, rawName = '', , quoted] = /^([^=\s]*)\s*(=\s*"?([^"]*)"?)?$/.exec(parameter) ?? [];
  const name = rawName.toLowerCase();
  const twice = seen.has(name) ? ' Given twice, which makes the whole offer invalid.' : '';
  seen.add(name);
  return `${visible(parameter)}: ${meaningOf(name, quoted)}${twice}`;
}

function meaningOf(name: string, value: string | undefined): string {
  const side = name.startsWith('client_') ? 'client' : 'server';
  const other = side === 'client' ? 'server' : 'client';
  if (/^(client|server)_no_context_takeover$/.test(name)) {
    if (value !== undefined) return 'invalid, since it takes no value.';
    return `the ${side} compresses each message by itself: less memory, less compression.`;
  }
  if (!/^(client|server)_max_window_bits$/.test(name))
    return 'not a parameter of permessage-deflate, which makes the offer invalid.';
  if (value === undefined) {
    return side === 'client'
      ? 'in an offer: the server may ask the client for a smaller window. Invalid in an answer, which has to have a value.'
      : 'invalid, since it has to have a value from 8 to 15.';
  }
  if (!/^([89]|1[0-5])$/.test(value)) return `invalid: "${visible(value)}" is not 8 to 15 without leading zeros.`;
  const bytes = 2 ** Number(value);
  const size = bytes < 1024 ? `${bytes} bytes` : `${bytes / 1024} KiB`;
  const zlib = value === '8' ? ' zlib cannot compress with 8 bits, and uses 9.' : '';
  return `what the ${side} compresses refers back at most ${size}, so that the ${other} needs no more to inflate it.${zlib}`;
}

/** Parts between separators, those in quoted strings aside. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    if (character === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
