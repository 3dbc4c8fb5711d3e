// Reads tests/vectors; the formats are described there.

import { readFileSync } from 'node:fs';
import { compressedRun, dynamicHeaders } from './deflate.mjs';
import { concat, frame, hex } from './wire.mjs';

const read = (name) => readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8');

/** The vectors of a group, in the order of the files. */
export function group(name) {
  return hostile.filter((vector) => vector.group === name);
}

/** The vector with an id. */
export function vector(id) {
  const found = hostile.find((vector) => vector.id === id);
  if (found === undefined) throw new Error(`there is no vector ${id}`);
  return found;
}

const linesOf = (name) => read(name).trimEnd().split('\n');
const hostile = [...linesOf('hostile.jsonl'), ...linesOf('edges.jsonl')].map((line) => JSON.parse(line));

export const rfc6455 = JSON.parse(read('rfc6455.json'));

/** The whole input of a vector. */
export function inputOf({ hex: digits, gen }) {
  return digits === undefined ? partsOf(gen) : hex(digits);
}

/** The bytes of a list of parts. */
export function partsOf(parts) {
  return concat(...parts.map((part) => repeat(partOf(part), part.repeat ?? 1)));
}

function partOf(part) {
  if (part.hex !== undefined) return hex(part.hex);
  if (part.text !== undefined) return Uint8Array.from(part.text, (character) => character.charCodeAt(0));
  if (part.byte !== undefined) return hex(part.byte);
  if (part.zeros !== undefined) return new Uint8Array(part.zeros);
  if (part.frame !== undefined) return frameOf(part.frame);
  throw new Error(`no bytes can be made of ${JSON.stringify(part)}`);
}

/** An unmasked frame with a compressed payload. */
function frameOf({ op, rsv1, deflate, deflate_dynamic_headers: blocks }) {
  const payload =
    deflate === undefined
      ? dynamicHeaders(blocks)
      : compressedRun(Number.parseInt(deflate.byte, 16), deflate.count, deflate.level);
  return frame({ opcode: op, rsv: rsv1 ? 4 : 0, payload });
}

function repeat(bytes, times) {
  if (times === 1) return bytes;
  const repeated = new Uint8Array(bytes.length * times);
  for (let at = 0; at < repeated.length; at += bytes.length) repeated.set(bytes, at);
  return repeated;
}

/** An event whose bytes are written as a pattern and a number. */
export function eventOf({ repeat: times = 1, ...event }) {
  return event.hex === undefined ? event : { ...event, hex: event.hex.repeat(times) };
}

const optionNames = { max_message: 'maxMessageSize', max_frame: 'maxFrameSize', max_fragments: 'maxFragments' };

/** The options of a vector as those of a `Connection`. */
export function connectionOptions({ id, role, options }) {
  const { pmd, ...limits } = options;
  const named = Object.entries(limits).map(([name, value]) => {
    if (!(name in optionNames)) throw new Error(`${id}: option ${name}`);
    return [optionNames[name], value];
  });
  return { role, perMessageDeflate: pmd && deflateOptions(pmd), ...Object.fromEntries(named) };
}

/** The same parameters both ways. */
function deflateOptions({ window_bits: bits, no_context_takeover: forgets }) {
  return {
    serverMaxWindowBits: bits,
    clientMaxWindowBits: bits,
    serverNoContextTakeover: forgets,
    clientNoContextTakeover: forgets,
  };
}

/** The close codes that may go with the error: the one to be sent, and those that are tolerated. */
export function closeCodes({ close_code: code, close_code_any: tolerated = [] }) {
  return code === undefined ? tolerated : [code, ...tolerated];
}
