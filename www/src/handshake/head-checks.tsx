/** Pasted heads: every line with the rules it keeps or breaks, and what the codec says to the whole. */

import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { visible } from '../../../pkg/inspect/visible.js';
import { SectionLink } from '../frame/finding.js';
import { CopyButton } from '../ui/copy.js';
import { countOf } from '../ui/formats.js';
import { type Check, checkRequest, checkResponse } from './checks.js';
import { clientVerdict, serverVerdict } from './codec-verdict.js';
import { fieldOf, headsIn, type PastedHead } from './head.js';
import { presets } from './presets.js';

export function HeadChecks({ onKey }: { readonly onKey: (key: string) => void }) {
  const [text, setText] = useState(presets[0]?.text ?? '');
  const heads = useMemo(() => headsIn(text), [text]);
  const request = heads.find(({ kind }) => kind === 'request');
  const response = heads.find(({ kind }) => kind === 'response');
  const key = request && fieldOf(request, 'sec-websocket-key');
  return (
    <section class="panel" aria-labelledby="heads-title">
      <div class="panel-head">
        <h2 id="heads-title">Request and response</h2>
        <p class="hint">Paste either, or one after the other.</p>
      </div>
      <div class="panel-body">
        <div class="field">
          <label for="heads">Heads of a handshake</label>
          <textarea
            id="heads"
            class="mono"
            rows={9}
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        <div class="field-row">
          <label for="head-preset">Example</label>
          <select
            id="head-preset"
            value={presets.find((preset) => preset.text === text)?.name ?? ''}
            onChange={({ currentTarget }) =>
              setText(presets.find(({ name }) => name === currentTarget.value)?.text ?? text)
            }
          >
            <option value="" hidden>
              your own
            </option>
            {presets.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          {key !== undefined && (
            <button type="button" class="small" onClick={() => onKey(key)}>
              Take its key over
            </button>
          )}
        </div>
        {heads.length === 0 && <p class="empty">Nothing to check yet.</p>}
        {request && <RequestCard head={request} />}
        {response && <ResponseCard head={response} request={request} />}
      </div>
    </section>
  );
}

function RequestCard({ head }: { readonly head: PastedHead }) {
  const checks = useMemo(() => checkRequest(head), [head]);
  const { error, answer } = useMemo(() => serverVerdict(head), [head]);
  return (
    <HeadCard
      title="Request"
      head={head}
      checks={checks}
      verdict={
        error === undefined
          ? 'The codec, as a server, accepts it.'
          : `The codec, as a server, refuses it with ${error.status ?? 400}: ${error.message}.`
      }
    >
      <div class="answer">
        <h4>
          The answer <CopyButton text={() => answer} what="the answer" />
        </h4>
        <pre>{answer.trimEnd().split('\r\n').map(visible).join('\n')}</pre>
      </div>
    </HeadCard>
  );
}

function ResponseCard({ head, request }: { readonly head: PastedHead; readonly request: PastedHead | undefined }) {
  const checks = useMemo(() => checkResponse(head, request), [head, request]);
  const error = useMemo(() => request && clientVerdict(head, request), [head, request]);
  const verdict =
    request === undefined
      ? 'Without its request nobody can tell whether key, subprotocol and extensions fit.'
      : error === undefined
        ? 'The codec, as the client of the request, opens the connection.'
        : `The codec, as the client of the request, drops it: ${error.message}.`;
  return <HeadCard title="Response" head={head} checks={checks} verdict={verdict} />;
}

interface HeadCardProps {
  readonly title: string;
  readonly head: PastedHead;
  readonly checks: readonly Check[];
  readonly verdict: string;
  readonly children?: ComponentChildren;
}

function HeadCard({ title, head, checks, verdict, children }: HeadCardProps) {
  const failed = checks.filter(({ ok }) => !ok).length;
  return (
    <article class="head-card">
      <h3>
        {title}{' '}
        <span class={failed === 0 ? 'badge ok' : 'badge bad'}>
          {failed === 0 ? 'keeps every rule' : countOf(failed, 'fault')}
        </span>
      </h3>
      <p class="hint">{visible(verdict)}</p>
      <HeadLines head={head} checks={checks} />
      {children}
    </article>
  );
}

interface HeadLinesProps {
  readonly head: PastedHead;
  readonly checks: readonly Check[];
}

/** Every line with the rules that it keeps or breaks, then the rules whose field is missing. */
export function HeadLines({ head, checks }: HeadLinesProps) {
  // The first line is the field without a name.
  const fields = new Set(head.lines.map(({ name }) => name));
  const missing = checks.filter(({ field }) => !fields.has(field));
  return (
    <ul class="head-lines">
      {head.lines.map(({ name, text }, number) => (
        <HeadLineItem
          key={number}
          text={text}
          checks={name === '' && number > 0 ? [] : checks.filter(({ field }) => field === name)}
        />
      ))}
      {missing.map((check) => (
        <HeadLineItem key={check.id} text={undefined} checks={[check]} />
      ))}
    </ul>
  );
}

function HeadLineItem({ text, checks }: { readonly text: string | undefined; readonly checks: readonly Check[] }) {
  const bad = checks.some(({ ok }) => !ok);
  const state = checks.length === 0 ? '' : bad ? 'bad' : 'ok';
  return (
    <li class={state}>
      <span class="sign" aria-hidden="true">
        {state === '' ? '' : bad ? '✕' : '✓'}
      </span>
      <div>
        {text !== undefined && <code>{visible(text)}</code>}
        {checks.map(({ id, ok, text: found, rfc }) => (
          <p key={id + found} class={ok ? 'check' : 'check broken'}>
            <span class="visually-hidden">{ok ? 'kept: ' : 'broken: '}</span>
            <strong>{id}</strong> {visible(found)} <SectionLink rfc={rfc} />
          </p>
        ))}
      </div>
    </li>
  );
}
