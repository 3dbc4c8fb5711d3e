/** What happens in a playground, as data: it fits into a link, replays to the same bytes, and turns into code. */

import type { Role } from '../../../pkg/index.js';

/** How the masking keys of the client come about. */
export type MaskMode = 'random' | 'fixed' | 'zero';

export interface Settings {
  readonly deflate: boolean;
  /** Bits of the window of both sides, 8–15. */
  readonly windowBits: number;
  readonly noContextTakeover: boolean;
  /** Bytes of payload from which on a message is compressed. */
  readonly threshold: number;
  readonly maxMessageSize: number;
  readonly mask: MaskMode;
}

export const defaults: Settings = {
  deflate: false,
  windowBits: 15,
  noContextTakeover: false,
  threshold: 0,
  maxMessageSize: 1 << 20,
  mask: 'random',
};

/** What the one who watches can do. */
export type Action =
  | { readonly do: 'handshake' }
  | { readonly do: 'text' | 'ping' | 'pong'; readonly who: Role; readonly text: string }
  | { readonly do: 'binary' | 'raw'; readonly who: Role; readonly hex: string }
  | { readonly do: 'fragments'; readonly who: Role; readonly text: string; readonly parts: number }
  | { readonly do: 'close'; readonly who: Role; readonly code: number; readonly reason: string }
  | { readonly do: 'violate'; readonly who: Role; readonly id: string }
  | { readonly do: 'deliver'; readonly from: Role; readonly count: number }
  | { readonly do: 'flip'; readonly from: Role; readonly at: number; readonly bit: number }
  | { readonly do: 'drop'; readonly from: Role; readonly at: number; readonly count: number }
  | { readonly do: 'cut'; readonly from: Role };

export interface Scenario {
  readonly settings: Settings;
  readonly actions: readonly Action[];
}

const MAX_ACTIONS = 5000;

/** The scenario as text for a link. */
export function encodeScenario({ settings, actions }: Scenario): string {
  const changed = Object.entries(settings).filter(([name, value]) => defaults[name as keyof Settings] !== value);
  const json = JSON.stringify([1, Object.fromEntries(changed), actions]);
  return btoa(String.fromCharCode(...new TextEncoder().encode(json)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** The scenario of a link; `undefined` if it is none. What it says is data from a stranger: every field is checked. */
export function decodeScenario(text: string): Scenario | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const json = new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)));
    const parsed: unknown = JSON.parse(json);
    if (!Array.isArray(parsed) || parsed[0] !== 1 || !Array.isArray(parsed[2])) return undefined;
    if (parsed[2].length > MAX_ACTIONS) return undefined;
    const actions = parsed[2].map(actionOf);
    return actions.every((action) => action !== undefined) ? { settings: settingsOf(parsed[1]), actions } : undefined;
  } catch {
    return undefined;
  }
}

function settingsOf(given: unknown): Settings {
  const from = (typeof given === 'object' ? given : null) as Partial<Record<keyof Settings, unknown>> | null;
  return {
    deflate: from?.deflate === true,
    windowBits: between(from?.windowBits, 8, 15) ?? defaults.windowBits,
    noContextTakeover: from?.noContextTakeover === true,
    threshold: between(from?.threshold, 0, 1 << 20) ?? defaults.threshold,
    maxMessageSize: between(from?.maxMessageSize, 0, 1 << 24) ?? defaults.maxMessageSize,
    mask: from?.mask === 'fixed' || from?.mask === 'zero' ? from.mask : 'random',
  };
}

function actionOf(given: unknown): Action | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const from = given as Record<string, unknown>;
  const who = roleOf(from['who']);
  const source = roleOf(from['from']);
  const text = shortText(from['text']);
  const hex = shortText(from['hex']);
  const at = between(from['at'], 0, 1 << 24);
  const count = between(from['count'], 1, 1 << 24);
  switch (from['do']) {
    case 'handshake':
      return { do: 'handshake' };
    case 'text':
    case 'ping':
    case 'pong':
      return who && text !== undefined ? { do: from['do'], who, text } : undefined;
    case 'binary':
    case 'raw':
      return who && hex !== undefined ? { do: from['do'], who, hex } : undefined;
    case 'fragments': {
      const parts = between(from['parts'], 1, 64);
      return who && text !== undefined && parts ? { do: 'fragments', who, text, parts } : undefined;
    }
    case 'close': {
      const code = between(from['code'], 0, 65_535);
      const reason = shortText(from['reason']);
      return who && code !== undefined && reason !== undefined ? { do: 'close', who, code, reason } : undefined;
    }
    case 'violate': {
      const id = shortText(from['id']);
      return who && id !== undefined ? { do: 'violate', who, id } : undefined;
    }
    case 'deliver':
      return source && count !== undefined ? { do: 'deliver', from: source, count } : undefined;
    case 'flip': {
      const bit = between(from['bit'], 0, 7);
      return source && at !== undefined && bit !== undefined ? { do: 'flip', from: source, at, bit } : undefined;
    }
    case 'drop':
      return source && at !== undefined && count !== undefined ? { do: 'drop', from: source, at, count } : undefined;
    case 'cut':
      return source ? { do: 'cut', from: source } : undefined;
    default:
      return undefined;
  }
}

const roleOf = (value: unknown): Role | undefined => (value === 'client' || value === 'server' ? value : undefined);

const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 1 << 16 ? value : undefined;

const between = (value: unknown, least: number, most: number): number | undefined =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined;

/** Both heads delivered, so that what follows is frames. */
const OPENED: readonly Action[] = [
  { do: 'handshake' },
  { do: 'deliver', from: 'client', count: 1 << 20 },
  { do: 'deliver', from: 'server', count: 1 << 20 },
];

export const scenarios: readonly { readonly name: string; readonly scenario: Scenario }[] = [
  {
    name: 'a text, on its way',
    scenario: {
      settings: defaults,
      actions: [...OPENED, { do: 'text', who: 'client', text: 'Hello' }, { do: 'deliver', from: 'client', count: 3 }],
    },
  },
  { name: 'the handshake, from its first byte', scenario: { settings: defaults, actions: [{ do: 'handshake' }] } },
  {
    name: 'a Ping inside a message',
    scenario: {
      settings: defaults,
      actions: [
        ...OPENED,
        { do: 'fragments', who: 'client', text: 'fragments and control frames', parts: 3 },
        { do: 'ping', who: 'server', text: 'still there?' },
        { do: 'deliver', from: 'server', count: 1 << 20 },
        { do: 'deliver', from: 'client', count: 1 << 20 },
      ],
    },
  },
  {
    name: 'compressed twice, with context',
    scenario: {
      settings: { ...defaults, deflate: true },
      actions: [
        ...OPENED,
        { do: 'text', who: 'server', text: 'the second time this costs next to nothing' },
        { do: 'text', who: 'server', text: 'the second time this costs next to nothing' },
        { do: 'deliver', from: 'server', count: 1 << 20 },
      ],
    },
  },
  {
    name: 'a rule is broken',
    scenario: {
      settings: defaults,
      actions: [
        ...OPENED,
        { do: 'violate', who: 'client', id: 'utf8-invalid' },
        { do: 'deliver', from: 'client', count: 1 << 20 },
        { do: 'deliver', from: 'server', count: 1 << 20 },
      ],
    },
  },
];
