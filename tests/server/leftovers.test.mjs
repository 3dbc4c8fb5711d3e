// What is refused before it is accepted leaves nothing in the codec's memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Connection } from 'sansocket';
import { acceptHttp2, acceptStream, acceptUpgrade, refuseUpgrade } from 'sansocket/server';
import { instances, liveObjects } from '../js/support/instance.mjs';

const any = { origins: 'any' };
const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders: ['Host', 'x'] };
const none = new Uint8Array();

new Connection({ role: 'server' }).free();

for (const [what, accept] of Object.entries({
  'no transport': () => acceptStream(undefined, any),
  'no transport, without a handshake': () => acceptStream({}, { handshake: 'none' }),
  'no duplex': () => acceptUpgrade(request, {}, none, any),
  'no request': () => acceptUpgrade({}, {}, none, any),
  'no socket to refuse on': () => refuseUpgrade(request, {}, none, { status: 404 }),
  'no stream of HTTP/2': () => acceptHttp2({}, {}, any),
})) {
  test(what, () => {
    assert.throws(accept, TypeError);
    assert.equal(instances.length, 1);
    assert.equal(liveObjects(), 0);
  });
}
