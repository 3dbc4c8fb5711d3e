/** What the keys of the view do. */

import { announce } from '../ui/live.js';
import { type Capture, type Layer, layers } from './capture.js';
import { numbersOf, placeOf } from './matching.js';
import type { Entry } from './outline.js';
import { partnerOf } from './pings.js';
import type { Switches } from './switches.js';

/** What of the view the commands act upon. */
export interface Desk {
  readonly capture: Capture | undefined;
  /** The number of the selected frame. */
  readonly selected: number;
  /** The active row and how many there are. */
  readonly index: number;
  readonly count: number;
  /** Rows that fit into sight. */
  readonly page: number;
  readonly entryAt: (index: number) => Entry;
  readonly activate: (index: number) => void;
  readonly go: (n: number) => void;
  readonly toggle: (n: number, open?: boolean) => Promise<boolean>;
  readonly setSwitches: (change: (now: Switches) => Switches) => void;
  readonly setLayer: (layer: Layer) => void;
  readonly show: (sheet: 'paste' | 'share' | 'go' | 'find') => void;
  readonly openPicker: () => void;
  /** Bookmarks the selected frame, or takes the bookmark away; gives whether it has one now. */
  readonly bookmark: () => boolean;
}

export type Command = keyof typeof commands;

const move =
  (by: (desk: Desk) => number) =>
  (desk: Desk): void =>
    desk.activate(by(desk));

const layer =
  (index: number) =>
  ({ setLayer }: Desk): void =>
    setLayer(layers[index] ?? 'wire');

const focusOn = (selector: string) => (): void => document.querySelector<HTMLElement>(selector)?.focus();

export const commands = {
  down: move(({ index }) => index + 1),
  up: move(({ index }) => index - 1),
  'page-down': move(({ index, page }) => index + page),
  'page-up': move(({ index, page }) => index - page),
  first: move(() => 0),
  last: move(({ count }) => count - 1),
  detail: focusOn('#detail .fields tr[tabindex="0"], #detail .hex'),
  list: focusOn('#frames'),
  filter: focusOn('#filter'),
  find: ({ show }: Desk) => show('find'),
  open: ({ openPicker }: Desk) => openPicker(),
  paste: ({ show }: Desk) => show('paste'),
  share: ({ show }: Desk) => show('share'),
  go: ({ show }: Desk) => show('go'),
  messages: ({ setSwitches }: Desk) =>
    setSwitches((now) => ({ ...now, unit: now.unit === 'frames' ? 'messages' : 'frames' })),
  control: ({ setSwitches }: Desk) => setSwitches((now) => ({ ...now, hideControl: !now.hideControl })),
  unfold: (desk: Desk) => unfold(desk, true),
  fold: (desk: Desk) => unfold(desk, false),
  'next-violation': (desk: Desk) => seek(desk, 'level in (error, warn)', 1, 'violation'),
  'previous-violation': (desk: Desk) => seek(desk, 'level in (error, warn)', -1, 'violation'),
  'next-of-message': (desk: Desk) => stepInMessage(desk, 1),
  'previous-of-message': (desk: Desk) => stepInMessage(desk, -1),
  partner: async ({ capture, selected, go }: Desk) => {
    const frame = await capture?.detail(selected);
    const partner = frame && capture && (await partnerOf(capture, frame.row));
    if (partner === undefined) announce('Neither a Ping nor a Pong that answers one');
    else go(partner.n);
  },
  bookmark: ({ selected, bookmark }: Desk) =>
    announce(bookmark() ? `Frame ${selected} bookmarked` : `Bookmark of frame ${selected} removed`),
  copy: focusOn('#copy-frame'),
  'layer-1': layer(0),
  'layer-2': layer(1),
  'layer-3': layer(2),
  'layer-4': layer(3),
  'next-pane': () => nextPane(1),
  'previous-pane': () => nextPane(-1),
} as const satisfies Readonly<Record<string, (desk: Desk) => void | Promise<void>>>;

/** The next frame, or the one before, that an expression lets through. */
async function seek({ capture, selected, go }: Desk, sought: string, direction: 1 | -1, what: string): Promise<void> {
  if (capture === undefined) return;
  const last = await numbersOf(capture, sought);
  const place = placeOf(last, selected);
  const next = direction === 1 ? last[last[place] === selected ? place + 1 : place] : last[place - 1];
  if (next === undefined) announce(`No ${direction === 1 ? 'later' : 'earlier'} ${what}`);
  else go(next);
}

async function stepInMessage({ capture, selected, go }: Desk, step: 1 | -1): Promise<void> {
  const frames = (await capture?.detail(selected))?.frames ?? [];
  const next = frames[frames.indexOf(selected) + step];
  if (next === undefined || !frames.includes(selected)) announce('No other frame of the message there');
  else go(next);
}

/** Opens the message of the active row; closes it from there, or from one of its frames. */
async function unfold(desk: Desk, open: boolean): Promise<void> {
  const { index, selected, entryAt, activate, toggle } = desk;
  const entry = entryAt(index);
  // Of a frame that the list leaves out there is no row.
  if (entry.kind !== 'frame' || entry.n !== selected) return;
  if (open || entry.level === 1) {
    await toggle(entry.n, open);
    return;
  }
  let above = index;
  for (let parent = entryAt(above); parent.kind === 'frame' && parent.level === 2; parent = entryAt(above)) above -= 1;
  activate(above);
}

/** Filter, list, fields, bytes: one after the other. */
function nextPane(step: 1 | -1): void {
  const stops = ['#filter', '#frames', '#detail .fields tr[tabindex="0"]', '#detail .hex'];
  const nodes = stops.map((stop) => document.querySelector<HTMLElement>(stop)).filter((node) => node !== null);
  const at = nodes.findIndex((node) => node.contains(document.activeElement) || sameTable(node));
  nodes[(at + step + nodes.length) % nodes.length]?.focus();
}

const sameTable = (node: HTMLElement): boolean => {
  const table = node.closest('table');
  return table !== null && table === document.activeElement?.closest('table');
};
