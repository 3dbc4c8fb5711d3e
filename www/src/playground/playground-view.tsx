/** Two codec instances and the bytes between them, one step at a time. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Role } from '../../../pkg/index.js';
import { visible } from '../../../pkg/inspect/visible.js';
import type { ViewProps } from '../app.js';
import { FrameBytes } from '../frame/frame-bytes.js';
import { START } from '../inspect/conversation.js';
import { encodeLink } from '../inspect/link.js';
import { PcapWriter } from '../inspect/pcap.js';
import { replaceFragment } from '../route.js';
import { CopyButton } from '../ui/copy.js';
import { announce } from '../ui/live.js';
import { codeFor } from './code.js';
import { EndpointCard } from './endpoint-card.js';
import { Ledger } from './ledger.js';
import { type Action, decodeScenario, encodeScenario, type Scenario, type Settings, scenarios } from './scenario.js';
import { Transport } from './transport.js';
import { type Entry, World } from './world.js';

/** Characters of a link that chat and mail pass on whole. */
const LINK_LENGTH = 2000;

export function PlaygroundView({ active, data }: ViewProps) {
  const [scenario, setScenario] = useState<Scenario>(
    () => decodeScenario(data ?? '') ?? (scenarios[0]?.scenario as Scenario),
  );
  const [selected, setSelected] = useState<number>();
  const world = useMemo(() => World.play(scenario), [scenario]);
  useEffect(() => () => world.free(), [world]);
  useEffect(() => {
    const given = decodeScenario(data ?? '');
    if (given && encodeScenario(given) !== encodeScenario(scenario)) setScenario(given);
    // Only what arrives in the address is taken.
  }, [data]);

  const show = (next: Scenario) => {
    setScenario(next);
    setSelected(undefined);
    const link = encodeScenario(next);
    replaceFragment(link.length > LINK_LENGTH ? 'playground' : `playground=${link}`);
  };
  const act = (action: Action) => show({ ...scenario, actions: [...scenario.actions, action] });
  const settle = (change: Partial<Settings>) => show({ ...scenario, settings: { ...scenario.settings, ...change } });

  const newest = world.ledger.at(-1);
  useEffect(() => {
    if (active && newest !== undefined) announce(entryInWords(newest));
  }, [newest, active]);

  const shown = selected ?? lastSent(world.ledger);
  return (
    <div class="playground">
      <div class="toolbar">
        <label for="scenario">Scenario</label>
        <select
          id="scenario"
          value=""
          onChange={({ currentTarget }) => {
            const chosen = scenarios.find(({ name }) => name === currentTarget.value);
            if (chosen) show(chosen.scenario);
            currentTarget.value = '';
          }}
        >
          <option value="">Choose one …</option>
          {scenarios.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button
          type="button"
          disabled={scenario.actions.length === 0}
          onClick={() => show({ ...scenario, actions: scenario.actions.slice(0, -1) })}
        >
          Step back
        </button>
        <button type="button" onClick={() => show({ ...scenario, actions: [] })}>
          Start anew
        </button>
        <button type="button" disabled={world.ledger.length === 0} onClick={() => void inspect(world)}>
          Open in Inspect
        </button>
        <p class="hint">Everything is real: two instances of the codec, and every byte that they exchange.</p>
      </div>
      <div class="stage">
        <EndpointCard side="client" world={world} settings={scenario.settings} onAct={act} onSettle={settle} />
        <Transport world={world} active={active} onAct={act} />
        <EndpointCard side="server" world={world} settings={scenario.settings} onAct={act} onSettle={settle} />
      </div>
      <div class="story">
        <Ledger entries={world.ledger} selected={shown} onSelect={setSelected} />
        <section class="panel code-panel" aria-labelledby="code-title">
          <div class="panel-head">
            <h2 id="code-title">The same in TypeScript</h2>
            <CopyButton text={() => codeFor(scenario)} what="the code" />
          </div>
          <pre class="code" id="playground-code" role="region" aria-labelledby="code-title" tabIndex={0}>
            {codeFor(scenario).split('\n').map(visible).join('\n')}
          </pre>
        </section>
      </div>
      <EntryDetail entry={shown === undefined ? undefined : world.ledger[shown]} />
    </div>
  );
}

/** What was written so far as a capture, in the view of captures. */
async function inspect(world: World): Promise<void> {
  const writer = new PcapWriter();
  const connection = writer.connection(50_000);
  let time = START;
  connection.open(time);
  for (const entry of world.ledger) {
    if (entry.kind !== 'sent') continue;
    time += 0.01;
    connection.send(time, entry.who, entry.parcel.wire);
  }
  connection.close(time + 0.01, 'client');
  location.hash = await encodeLink({}, writer.bytes());
}

/** The bytes of what was sent. */
function EntryDetail({ entry }: { readonly entry: Entry | undefined }) {
  if (entry?.kind !== 'sent') return null;
  const { wire, kind, offset } = entry.parcel;
  return (
    <section class="panel" aria-labelledby="entry-title">
      <div class="panel-head">
        <h2 id="entry-title">
          {kind === 'head' ? 'Head' : 'Frame'} of the {entry.who}, {wire.length} bytes at {offset}
        </h2>
      </div>
      {kind === 'head' ? <pre class="head-text">{headText(wire)}</pre> : <FrameBytes wire={wire} base={offset} />}
    </section>
  );
}

const headText = (wire: Uint8Array): string =>
  Array.from(wire, (byte) => String.fromCharCode(byte))
    .join('')
    .trimEnd()
    .split('\r\n')
    .map(visible)
    .join('\n');

function lastSent(ledger: readonly Entry[]): number | undefined {
  const at = ledger.findLastIndex(({ kind }) => kind === 'sent');
  return at < 0 ? undefined : at;
}

function entryInWords(entry: Entry): string {
  switch (entry.kind) {
    case 'sent':
      return `The ${entry.who} sent ${entry.parcel.wire.length} bytes`;
    case 'received':
      return `The ${entry.who} received ${entry.bytes.length} bytes: ${entry.events.join(', ') || 'no event'}; ${entry.awaits}`;
    default:
      return `${roleName(entry.who)}: ${entry.text}`;
  }
}

/** A role at the beginning of a line. */
export const roleName = (role: Role): string => (role === 'client' ? 'Client' : 'Server');
