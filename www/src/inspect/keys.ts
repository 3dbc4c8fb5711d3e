/** Which key does what in the view of captures. */

import { lettersAct } from '../ui/letters.js';
import type { Command } from './commands.js';

const LETTERS: Readonly<Record<string, Command>> = {
  j: 'down',
  k: 'up',
  '/': 'filter',
  e: 'next-violation',
  E: 'previous-violation',
  m: 'next-of-message',
  M: 'previous-of-message',
  p: 'partner',
  g: 'go',
  f: 'messages',
  x: 'control',
  b: 'bookmark',
  c: 'copy',
  s: 'share',
  o: 'open',
  v: 'paste',
  1: 'layer-1',
  2: 'layer-2',
  3: 'layer-3',
  4: 'layer-4',
};

const LIST: Readonly<Record<string, Command>> = {
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowRight: 'unfold',
  ArrowLeft: 'fold',
  PageDown: 'page-down',
  PageUp: 'page-up',
  Home: 'first',
  End: 'last',
  Enter: 'detail',
};

/** The command of a key, if it has one where it was pressed. */
export function commandFor(event: KeyboardEvent, inList: boolean, typing: boolean): Command | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (key === 'F6') return shiftKey ? 'previous-pane' : 'next-pane';
  if (inList && (ctrlKey || metaKey) && key.toLowerCase() === 'f') return 'find';
  if (ctrlKey || metaKey || altKey) return undefined;
  if (inList && LIST[key] !== undefined) return LIST[key];
  if (typing) return undefined;
  if (key === 'Escape') return event.target instanceof Element && event.target.closest('#detail') ? 'list' : undefined;
  return lettersAct() ? LETTERS[key] : undefined;
}
