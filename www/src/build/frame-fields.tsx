/** The form of a frame. */

import { opcodeName } from '../../../pkg/inspect/names.js';
import { hexOf } from '../../../pkg/inspect/visible.js';
import type { FrameForm, LengthForm, PayloadForm } from './form.js';

interface FrameFieldsProps {
  readonly form: FrameForm;
  readonly onChange: (change: Partial<FrameForm>) => void;
}

const FLAGS = [
  ['fin', 'FIN', 'the last frame of its message'],
  ['rsv1', 'RSV1', 'compressed, if permessage-deflate was agreed'],
  ['rsv2', 'RSV2', 'reserved'],
  ['rsv3', 'RSV3', 'reserved'],
] as const;

const LENGTHS: readonly (readonly [form: LengthForm, name: string])[] = [
  ['shortest', 'the shortest form'],
  ['7', '7 bits'],
  ['16', '16 bits'],
  ['64', '64 bits'],
];

export function FrameFields({ form, onChange }: FrameFieldsProps) {
  return (
    <form class="panel-body frame-form" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>Flags</legend>
        <div class="checks">
          {FLAGS.map(([name, label, title]) => (
            <label key={name} title={title}>
              <input
                type="checkbox"
                checked={form[name]}
                onChange={({ currentTarget }) => onChange({ [name]: currentTarget.checked })}
              />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="field-pair">
        <div class="field">
          <label for="opcode">Opcode</label>
          <select
            id="opcode"
            value={form.opcode}
            onChange={({ currentTarget }) => onChange(opcodeChange(Number(currentTarget.value), form))}
          >
            {Array.from({ length: 16 }, (_, opcode) => (
              <option key={opcodeName(opcode)} value={opcode}>
                {optionName(opcode)}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="length-form">Payload length in</label>
          <select
            id="length-form"
            value={form.lengthForm}
            onChange={({ currentTarget }) => onChange({ lengthForm: currentTarget.value as LengthForm })}
          >
            {LENGTHS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <fieldset>
        <legend>Mask</legend>
        <div class="field-row">
          <label>
            <input
              type="checkbox"
              checked={form.masked}
              onChange={({ currentTarget }) => onChange({ masked: currentTarget.checked })}
            />
            MASK, as a client has to
          </label>
          <label for="mask-key" class="visually-hidden">
            Masking key
          </label>
          <input
            id="mask-key"
            type="text"
            class="mono short"
            spellcheck={false}
            autocomplete="off"
            disabled={!form.masked}
            value={form.key}
            onInput={({ currentTarget }) => onChange({ key: currentTarget.value })}
          />
          <button
            type="button"
            class="small"
            disabled={!form.masked}
            onClick={() => onChange({ key: hexOf(crypto.getRandomValues(new Uint8Array(4)), ' ') })}
          >
            New key
          </button>
        </div>
      </fieldset>
      <Payload form={form} onChange={onChange} />
    </form>
  );
}

function Payload({ form, onChange }: FrameFieldsProps) {
  const kinds: readonly PayloadForm[] = form.opcode === 8 ? ['close', 'text', 'hex'] : ['text', 'hex'];
  return (
    <fieldset>
      <legend>Payload</legend>
      <div class="segments">
        {kinds.map((kind) => (
          <label key={kind}>
            <input
              type="radio"
              name="payload-form"
              checked={form.payloadForm === kind}
              onChange={() => onChange(convertPayload(form, kind))}
            />
            <span>{kind === 'close' ? 'code and reason' : kind}</span>
          </label>
        ))}
      </div>
      {form.payloadForm === 'close' ? (
        <div class="field-pair">
          <div class="field">
            <label for="close-code">Status code</label>
            <input
              id="close-code"
              type="text"
              inputMode="numeric"
              autocomplete="off"
              value={form.code}
              onInput={({ currentTarget }) => onChange({ code: currentTarget.value })}
            />
          </div>
          <div class="field">
            <label for="close-reason">Reason</label>
            <input
              id="close-reason"
              type="text"
              autocomplete="off"
              value={form.reason}
              onInput={({ currentTarget }) => onChange({ reason: currentTarget.value })}
            />
          </div>
        </div>
      ) : (
        <div class="field">
          <label for="payload" class="visually-hidden">
            Payload as {form.payloadForm}
          </label>
          <textarea
            id="payload"
            class="mono"
            rows={5}
            spellcheck={false}
            autocomplete="off"
            value={form.payload}
            onInput={({ currentTarget }) => onChange({ payload: currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}

/** Another way to write the same payload, where there is one. */
function convertPayload(form: FrameForm, payloadForm: PayloadForm): Partial<FrameForm> {
  if (payloadForm === 'hex' && form.payloadForm === 'text') {
    return { payloadForm, payload: hexOf(new TextEncoder().encode(form.payload), ' ') };
  }
  if (payloadForm === 'text' && form.payloadForm === 'hex') {
    const digits = form.payload.match(/[0-9a-f]{2}/gi) ?? [];
    const text = new TextDecoder().decode(Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16)));
    return { payloadForm, payload: text };
  }
  return { payloadForm };
}

function opcodeChange(opcode: number, form: FrameForm): Partial<FrameForm> {
  if (opcode === 8 && form.payloadForm !== 'close') return { opcode, payloadForm: 'close', code: '1000', reason: '' };
  if (opcode !== 8 && form.payloadForm === 'close') return { opcode, payloadForm: 'text' };
  return { opcode };
}

function optionName(opcode: number): string {
  const digit = `0x${opcode.toString(16)}`;
  const name = opcodeName(opcode);
  return name === digit ? `${digit} reserved` : `${digit} ${name}`;
}
