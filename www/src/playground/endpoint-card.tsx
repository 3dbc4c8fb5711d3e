/** One end: its state, what its application can do, and the rules that it can break. */

import { useState } from 'preact/hooks';
import type { Role } from '../../../pkg/index.js';
import type { Action, MaskMode, Settings } from './scenario.js';
import { type Violation, violationsOf } from './violations.js';
import type { World } from './world.js';

interface EndpointCardProps {
  readonly side: Role;
  readonly world: World;
  readonly settings: Settings;
  readonly onAct: (action: Action) => void;
  readonly onSettle: (change: Partial<Settings>) => void;
}

const DEEDS = ['text', 'binary', 'fragments', 'ping', 'pong', 'close', 'raw bytes'] as const;
type Deed = (typeof DEEDS)[number];

export function EndpointCard({ side: role, world, settings, onAct, onSettle }: EndpointCardProps) {
  const state = world.stateOf(role);
  const name = role === 'client' ? 'Client' : 'Server';
  return (
    <section class={`panel endpoint ${role}`} aria-labelledby={`${role}-title`}>
      <div class="panel-head">
        <h2 id={`${role}-title`}>{name}</h2>
        <span class={`state ${state}`}>{state}</span>
      </div>
      <div class="panel-body">
        <p class="awaits">
          <span class="hint">Reader</span> {world.awaits(role)}
        </p>
        {role === 'client' && (
          <button type="button" class="primary" disabled={world.asked} onClick={() => onAct({ do: 'handshake' })}>
            {world.asked ? 'The request was sent' : 'Send the request'}
          </button>
        )}
        <DeedForm side={role} onAct={onAct} />
        <ViolationForm side={role} onAct={onAct} />
        {role === 'client' ? (
          <details class="settings">
            <summary>Options of both</summary>
            <SettingsForm settings={settings} onSettle={onSettle} />
          </details>
        ) : (
          <p class="hint">It accepts every valid request, and answers Pings and Closes by itself.</p>
        )}
      </div>
    </section>
  );
}

function DeedForm({ side: role, onAct }: Pick<EndpointCardProps, 'side' | 'onAct'>) {
  const [deed, setDeed] = useState<Deed>('text');
  const [text, setText] = useState('Hello');
  const [hex, setHex] = useState('00 01 02 ff');
  const [parts, setParts] = useState(3);
  const [code, setCode] = useState('1000');
  const id = `${role}-deed`;
  const hexed = deed === 'binary' || deed === 'raw bytes';
  const action = (): Action => {
    if (deed === 'binary') return { do: 'binary', who: role, hex };
    if (deed === 'raw bytes') return { do: 'raw', who: role, hex };
    if (deed === 'fragments') return { do: 'fragments', who: role, text, parts };
    if (deed === 'close')
      return { do: 'close', who: role, code: Number(code) || 0, reason: text === 'Hello' ? '' : text };
    return { do: deed, who: role, text };
  };
  return (
    <form
      class="deed"
      onSubmit={(event) => {
        event.preventDefault();
        onAct(action());
      }}
    >
      <div class="field">
        <label for={id}>Send</label>
        <select id={id} value={deed} onChange={({ currentTarget }) => setDeed(currentTarget.value as Deed)}>
          {DEEDS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      {deed === 'close' && (
        <div class="field narrow">
          <label for={`${id}-code`}>Code</label>
          <input
            id={`${id}-code`}
            type="text"
            inputMode="numeric"
            value={code}
            onInput={({ currentTarget }) => setCode(currentTarget.value)}
          />
        </div>
      )}
      {deed === 'fragments' && (
        <div class="field narrow">
          <label for={`${id}-parts`}>Into</label>
          <input
            id={`${id}-parts`}
            type="number"
            min={1}
            max={64}
            value={parts}
            onInput={({ currentTarget }) => setParts(Math.min(Math.max(Number(currentTarget.value) || 1, 1), 64))}
          />
        </div>
      )}
      <div class="field grow">
        <label for={`${id}-data`}>{hexed ? 'Bytes in hex' : deed === 'close' ? 'Reason' : 'Text'}</label>
        <input
          id={`${id}-data`}
          type="text"
          class={hexed ? 'mono' : undefined}
          spellcheck={false}
          autocomplete="off"
          value={hexed ? hex : deed === 'close' && text === 'Hello' ? '' : text}
          onInput={({ currentTarget }) => (hexed ? setHex : setText)(currentTarget.value)}
        />
      </div>
      <button type="submit">Send</button>
    </form>
  );
}

const GROUPS = ['frames', 'messages', 'close', 'compression', 'handshake'] as const;

function ViolationForm({ side: role, onAct }: Pick<EndpointCardProps, 'side' | 'onAct'>) {
  const all = violationsOf(role);
  const [id, setId] = useState(all[0]?.id ?? '');
  const chosen: Violation | undefined = all.find((violation) => violation.id === id);
  return (
    <form
      class="deed"
      onSubmit={(event) => {
        event.preventDefault();
        onAct({ do: 'violate', who: role, id });
      }}
    >
      <div class="field grow">
        <label for={`${role}-violation`}>Break a rule</label>
        <select id={`${role}-violation`} value={id} onChange={({ currentTarget }) => setId(currentTarget.value)}>
          {GROUPS.map((group) => (
            <optgroup key={group} label={group}>
              {all
                .filter((violation) => violation.group === group)
                .map((violation) => (
                  <option key={violation.id}>{violation.id}</option>
                ))}
            </optgroup>
          ))}
        </select>
      </div>
      <button type="submit" class="danger">
        Break it
      </button>
      <p class="hint">Sends {chosen?.text}.</p>
    </form>
  );
}

const MASKS: readonly MaskMode[] = ['random', 'fixed', 'zero'];

function SettingsForm({ settings, onSettle }: Pick<EndpointCardProps, 'settings' | 'onSettle'>) {
  return (
    <div class="settings-form">
      <label>
        <input
          type="checkbox"
          checked={settings.deflate}
          onChange={({ currentTarget }) => onSettle({ deflate: currentTarget.checked })}
        />
        permessage-deflate
      </label>
      <label>
        <input
          type="checkbox"
          disabled={!settings.deflate}
          checked={settings.noContextTakeover}
          onChange={({ currentTarget }) => onSettle({ noContextTakeover: currentTarget.checked })}
        />
        no context takeover
      </label>
      <label>
        Window
        <select
          disabled={!settings.deflate}
          value={settings.windowBits}
          onChange={({ currentTarget }) => onSettle({ windowBits: Number(currentTarget.value) })}
        >
          {[8, 9, 10, 11, 12, 13, 14, 15].map((bits) => (
            <option key={bits} value={bits}>
              2^{bits} bytes
            </option>
          ))}
        </select>
      </label>
      <label>
        Largest message
        <select
          value={settings.maxMessageSize}
          onChange={({ currentTarget }) => onSettle({ maxMessageSize: Number(currentTarget.value) })}
        >
          {[4, 64, 1024, 1 << 20].map((size) => (
            <option key={size} value={size}>
              {size === 1 << 20 ? '1 MiB' : `${size} bytes`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Masking keys
        <select
          value={settings.mask}
          onChange={({ currentTarget }) => onSettle({ mask: currentTarget.value as MaskMode })}
        >
          {MASKS.map((mask) => (
            <option key={mask}>{mask}</option>
          ))}
        </select>
      </label>
      <p class="hint">A change plays the scenario again from its beginning.</p>
    </div>
  );
}
