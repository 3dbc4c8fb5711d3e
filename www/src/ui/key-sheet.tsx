/** All keys, on one sheet. */

import { useState } from 'preact/hooks';
import { Dialog } from './dialog.js';
import { lettersAct } from './letters.js';
import { remember } from './store.js';

const SECTIONS: readonly (readonly [title: string, keys: readonly (readonly [keys: string, what: string])[]])[] = [
  [
    'Moving',
    [
      ['j k ↓ ↑', 'next, previous row'],
      ['PgUp PgDn Home End', 'pages, ends'],
      ['Enter', 'to the fields of the frame'],
      ['Esc', 'back to the list'],
      ['F6', 'next pane'],
      ['g', 'go to a frame or a time'],
    ],
  ],
  [
    'Finding',
    [
      ['/', 'filter'],
      ['Ctrl F', 'find, from the list'],
      ['n N', 'next, previous hit'],
      ['e E', 'next, previous violation'],
      ['m M', 'next, previous frame of the message'],
      ['p', 'between Ping and Pong'],
    ],
  ],
  [
    'Seeing',
    [
      ['1 2 3 4', 'layer of the bytes'],
      ['f', 'frames or messages'],
      ['→ ←', 'open, close the frames of a message'],
      ['x', 'show or hide control frames'],
      ['b', 'bookmark'],
    ],
  ],
  [
    'In and out',
    [
      ['o', 'open a file'],
      ['v', 'paste bytes'],
      ['c', 'copy'],
      ['s', 'share or export'],
      ['?', 'this sheet'],
    ],
  ],
];

export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const [letters, setLetters] = useState(lettersAct);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <div class="key-sheet">
        {SECTIONS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={names}>
                  <dt>
                    {names.split(' ').map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="check-line">
        <input
          type="checkbox"
          checked={letters}
          onChange={({ currentTarget }) => {
            setLetters(currentTarget.checked);
            remember('letters', currentTarget.checked ? 'on' : 'off');
          }}
        />
        Single letters act in the view of captures, outside of fields
      </label>
    </Dialog>
  );
}
