/**
 * The rules of the opening handshake one by one, so that every header gets its own verdict. The codec stops at the first fault;
 * its verdict on the whole is beside these.
 */

import { acceptKey } from '../../../pkg/index.js';
import { fieldOf, type PastedHead } from './head.js';

export interface Check {
  /** The stable name of the rule. */
  readonly id: string;
  readonly ok: boolean;
  /** The field that it is about, lower case; empty for the first line. */
  readonly field: string;
  /** What was found. */
  readonly text: string;
  readonly rfc: string;
}

const KEY = 'sec-websocket-key';
const ACCEPT = 'sec-websocket-accept';
const EXTENSIONS = 'sec-websocket-extensions';
const PROTOCOL = 'sec-websocket-protocol';

/** Bytes that base64 stands for, `undefined` if it is none. Padding is required, as servers do. */
export function base64Length(value: string): number | undefined {
  try {
    return value.length % 4 === 0 ? atob(value).length : undefined;
  } catch {
    return undefined;
  }
}

/** All that RFC 6455 asks of a request. */
export function checkRequest(head: PastedHead): Check[] {
  const start = head.lines[0]?.text ?? '';
  const key = fieldOf(head, KEY);
  const length = key === undefined ? undefined : base64Length(key);
  const version = fieldOf(head, 'sec-websocket-version');
  const host = fieldOf(head, 'host');
  return [
    {
      id: 'hs-method-version',
      ok: /^GET \S+ HTTP\/(1\.[1-9]|[2-9])/.test(start),
      field: '',
      text: 'the method is GET, and HTTP at least 1.1',
      rfc: '6455#4.2.1',
    },
    {
      id: 'hs-missing-host',
      ok: host !== undefined && host !== '',
      field: 'host',
      text: host === undefined ? 'there is no Host' : 'Host names the server',
      rfc: '6455#4.2.1',
    },
    ...upgradeChecks(head, '6455#4.2.1'),
    {
      id: 'hs-key-invalid',
      ok: length === 16,
      field: KEY,
      text: keyText(key, length),
      rfc: '6455#4.2.1',
    },
    {
      id: 'hs-version',
      ok: version === '13',
      field: 'sec-websocket-version',
      text: version === undefined ? 'there is no Sec-WebSocket-Version' : `the version is ${version}, it has to be 13`,
      rfc: '6455#4.4',
    },
    ...deflateChecks(head, undefined),
  ];
}

/** All that RFC 6455 asks of a response; what only the request tells is left out without it. */
export function checkResponse(head: PastedHead, request: PastedHead | undefined): Check[] {
  const status = Number(/^HTTP\/\d(?:\.\d)? (\d{3})/.exec(head.lines[0]?.text ?? '')?.[1] ?? Number.NaN);
  const checks: Check[] = [
    {
      id: 'hs-status',
      ok: status === 101,
      field: '',
      text: status === 101 ? 'the status is 101, Switching Protocols' : 'only 101 opens a connection',
      rfc: '6455#4.1',
    },
    ...upgradeChecks(head, '6455#4.1'),
  ];
  const accept = fieldOf(head, ACCEPT);
  const key = request && fieldOf(request, KEY);
  if (accept === undefined || key !== undefined) {
    const due = key === undefined ? undefined : acceptKey(key);
    checks.push({
      id: 'hs-accept-mismatch',
      ok: accept !== undefined && accept === due,
      field: ACCEPT,
      text: accept === undefined ? 'there is no Sec-WebSocket-Accept' : acceptText(accept, due),
      rfc: '6455#4.1',
    });
  }
  return request === undefined ? checks : [...checks, ...choiceChecks(head, request), ...deflateChecks(head, request)];
}

function upgradeChecks(head: PastedHead, rfc: string): Check[] {
  const upgrade = fieldOf(head, 'upgrade');
  const connection = fieldOf(head, 'connection');
  return [
    {
      id: 'hs-upgrade',
      ok: tokens(upgrade).includes('websocket'),
      field: 'upgrade',
      text: upgrade === undefined ? 'there is no Upgrade' : 'Upgrade has to have websocket',
      rfc,
    },
    {
      id: 'hs-connection',
      ok: tokens(connection).includes('upgrade'),
      field: 'connection',
      text: connection === undefined ? 'there is no Connection' : 'Connection has to have Upgrade',
      rfc,
    },
  ];
}

function choiceChecks(head: PastedHead, request: PastedHead): Check[] {
  const checks: Check[] = [];
  const protocol = fieldOf(head, PROTOCOL);
  const offered = fieldOf(request, PROTOCOL)?.split(/\s*,\s*/) ?? [];
  if (protocol !== undefined) {
    checks.push({
      id: 'hs-subprotocol-unoffered',
      ok: offered.includes(protocol),
      field: PROTOCOL,
      text: `the subprotocol ${protocol} has to be one that was offered${offered.length === 0 ? '; none was' : ''}`,
      rfc: '6455#4.1',
    });
  }
  const names = extensionNames(fieldOf(request, EXTENSIONS));
  for (const name of extensionNames(fieldOf(head, EXTENSIONS))) {
    checks.push({
      id: 'hs-extension-unoffered',
      ok: names.includes(name),
      field: EXTENSIONS,
      text: `the extension ${name} has to be one that was offered`,
      rfc: '6455#4.1',
    });
  }
  return checks;
}

const PARAMETERS = [
  'server_no_context_takeover',
  'client_no_context_takeover',
  'server_max_window_bits',
  'client_max_window_bits',
];

/** RFC 7692 §7.1: which parameters there are, each once, and what they may be. */
function deflateChecks(head: PastedHead, request: PastedHead | undefined): Check[] {
  const value = fieldOf(head, EXTENSIONS);
  const offers = (value ?? '')
    .split(',')
    .filter((offer) => offer.trim().split(';')[0]?.trim() === 'permessage-deflate');
  return offers.map((offer) => {
    const fault = deflateFault(offer, head.kind, fieldOf(request ?? head, EXTENSIONS) ?? '');
    return {
      id: 'hs-pmd-params',
      ok: fault === undefined,
      field: EXTENSIONS,
      text: fault ?? 'the parameters of permessage-deflate are known, each once and in its range',
      rfc: '7692#7.1',
    };
  });
}

function deflateFault(offer: string, kind: PastedHead['kind'], offered: string): string | undefined {
  const seen = new Set<string>();
  for (const parameter of offer.split(';').slice(1)) {
    const [name = '', value] = parameter.split('=').map((part) => part.trim());
    if (!PARAMETERS.includes(name)) return `permessage-deflate has no parameter ${name}`;
    if (seen.has(name)) return `${name} is there twice`;
    seen.add(name);
    const bits = /^"?(8|9|1[0-5])"?$/.test(value ?? '');
    if (name.endsWith('takeover') && value !== undefined) return `${name} takes no value`;
    const bare = value === undefined && name === 'client_max_window_bits' && kind === 'request';
    if (name.endsWith('bits') && !bits && !bare) return `${name} is 8 to 15`;
    if (kind === 'response' && name === 'client_max_window_bits' && !offered.includes(name)) {
      return `${name} was not offered`;
    }
  }
  return undefined;
}

function keyText(key: string | undefined, length: number | undefined): string {
  if (key === undefined) return 'there is no Sec-WebSocket-Key';
  if (length === undefined) return 'the key is not base64';
  return length === 16 ? 'the key is 16 bytes in base64' : `the key has ${length} bytes, not 16`;
}

function acceptText(accept: string, due: string | undefined): string {
  return accept === due ? 'it is Base64(SHA-1(key + GUID))' : `the key asks for ${due}`;
}

const tokens = (value: string | undefined): string[] => (value ?? '').toLowerCase().split(/\s*,\s*/);

const extensionNames = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((extension) => extension.split(';')[0]?.trim() ?? '')
    .filter((name) => name !== '');
