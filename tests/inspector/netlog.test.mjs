// Chromium's own account of the frames in a log, against what the engine finds in the bytes of the same log.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Instance } from './support/instance.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(`../captures/real/${name}`, import.meta.url), 'utf8'));
const directions = { WEBSOCKET_SENT_FRAME_HEADER: 'c2s', WEBSOCKET_RECV_FRAME_HEADER: 's2c' };

/** The frames that the engine finds in a log, in the words of the log. */
function framesOf(log) {
  const capture = Buffer.from(JSON.stringify(log));
  const lines = new Instance()
    .read(capture, { options: { records: ['frame'] } })
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const { dir, fin, rsv, op, masked, len } = JSON.parse(line);
    return { dir, final: fin, reserved: rsv.map(Boolean), opcode: op, masked, payload_length: len };
  });
}

/** The frames whose headers Chromium logged. */
function headersOf({ constants, events }) {
  const nameOf = new Map(Object.entries(constants.logEventTypes).map(([name, type]) => [type, name]));
  const headers = events.filter(({ type }) => nameOf.get(type) in directions);
  return headers.map(({ type, params }) => {
    const { final, opcode, masked, payload_length, reserved1, reserved2, reserved3 } = params;
    const reserved = [reserved1, reserved2, reserved3];
    return { dir: directions[nameOf.get(type)], final, reserved, opcode, masked, payload_length };
  });
}

for (const name of ['chromium_ws.netlog', 'chromium_wss.netlog']) {
  test(`${name}: the bytes have the frames that Chromium logged`, () => {
    const log = read(name);
    const headers = headersOf(log);
    assert.equal(headers.length, 22);
    assert.deepEqual(framesOf(log), headers);
  });

  test(`${name}: without its bytes, the headers are taken for the frames`, () => {
    const log = read(name);
    const headers = headersOf(log);
    const events = log.events.filter(({ params }) => params?.bytes === undefined);
    assert.ok(events.length < log.events.length);
    assert.deepEqual(framesOf({ ...log, events }), headers);
  });
}
