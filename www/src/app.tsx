/** The frame around the views: their names, the theme, the keys, and what is said to those who do not see. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { version } from '../../pkg/constants.js';
import { InspectView } from './inspect/inspect-view.js';
import { Later, type Rest } from './later.js';
import { useRoute, type View, views } from './route.js';
import { useNoLeaving } from './ui/drop.js';
import { KeySheet } from './ui/key-sheet.js';
import { lettersAct } from './ui/letters.js';
import { LiveRegion } from './ui/live.js';
import { ThemeButton } from './ui/theme.js';

const NAMES: Readonly<Record<View, string>> = {
  inspect: 'Inspect',
  playground: 'Playground',
  handshake: 'Handshake',
  build: 'Build frame',
};

/** The views that come with the rest of the page. */
const LATER: Readonly<Record<Exclude<View, 'inspect'>, keyof Rest & `${string}View`>> = {
  playground: 'PlaygroundView',
  handshake: 'HandshakeView',
  build: 'BuildView',
};

export function App() {
  const route = useRoute();
  const [keysShown, showKeys] = useState(false);
  // A view that was left keeps what is in it.
  const visited = useRef(new Set<View>());
  visited.current.add(route.view);

  useNoLeaving();

  useEffect(() => {
    document.title = `${NAMES[route.view]} · sansocket`;
  }, [route.view]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === '?' && lettersAct() && !isTyping(event)) {
        event.preventDefault();
        showKeys(true);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  return (
    <>
      <a
        class="skip"
        href={`#${route.view}`}
        onClick={(event) => {
          event.preventDefault();
          document.getElementById(`view-${route.view}`)?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="masthead">
        <p class="brand">
          <Logo />
          sansocket
        </p>
        <nav aria-label="Views">
          {views.map((view) => (
            <a key={view} href={`#${view}`} aria-current={view === route.view ? 'page' : undefined}>
              {NAMES[view]}
            </a>
          ))}
        </nav>
        <div class="masthead-end">
          <p class="promise">nothing leaves your computer</p>
          <ThemeButton />
          <button type="button" class="quiet" aria-haspopup="dialog" onClick={() => showKeys(true)}>
            Keys <kbd>?</kbd>
          </button>
        </div>
      </header>
      {views
        .filter((view) => visited.current.has(view))
        .map((view) => {
          const active = view === route.view;
          const props = { active, data: active ? route.data : undefined };
          return (
            <main key={view} id={`view-${view}`} class={`view view-${view}`} hidden={!active} tabIndex={-1}>
              <h1 class="visually-hidden">{NAMES[view]}</h1>
              <ViewContent view={view} {...props} />
            </main>
          );
        })}
      <footer class="colophon">
        <p>sansocket {version}: the WebSocket protocol without the socket, in WebAssembly</p>
      </footer>
      <LiveRegion />
      {keysShown && <KeySheet onClose={() => showKeys(false)} />}
    </>
  );
}

function ViewContent({ view, ...props }: ViewProps & { readonly view: View }) {
  if (view === 'inspect') return <InspectView {...props} />;
  return (
    <Later>
      {(rest) => {
        const Content = rest[LATER[view]];
        return <Content {...props} />;
      }}
    </Later>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f2937" />
      <path d="M6 12h5v-4h4v4h5v-4h6" fill="none" stroke="#f5b94a" stroke-width="2.5" />
      <path d="M6 24h4v-4h6v4h3v-4h7" fill="none" stroke="#6fb7a8" stroke-width="2.5" />
    </svg>
  );
}

/** What every view is given. */
export interface ViewProps {
  /** Whether it is the one that is seen. */
  readonly active: boolean;
  /** The data of the route, while it is this view's. */
  readonly data: string | undefined;
}

/** Whether a key is meant for a field. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('dialog') !== null
  );
}
