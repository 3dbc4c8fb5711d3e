// Streams of js-libp2p: the real ones of yamux, over a connection in memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { multiaddrConnectionPair } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { fromLibp2pStream } from 'sansocket/adapters';
import { pairChecks } from './checks.mjs';
import { declare } from './declare.mjs';

async function streamPair() {
  const [near, far] = multiaddrConnectionPair().map((connection) =>
    yamux({ enableKeepAlive: false })().createStreamMuxer(connection),
  );
  const coming = new Promise((resolve) => far.addEventListener('stream', ({ detail }) => resolve(detail)));
  const outbound = await near.createStream();
  const release = () => {
    for (const muxer of [near, far]) muxer.abort(new Error('the test is over'));
  };
  return [outbound, await coming, release];
}

const open = async () => {
  const [outbound, inbound, release] = await streamPair();
  return { near: fromLibp2pStream(outbound), far: fromLibp2pStream(inbound), release };
};

declare('libp2p stream', pairChecks, open);

test('a stream that is closed when it is given', async () => {
  const [outbound, , release] = await streamPair();
  outbound.abort(new Error('enough'));
  await assert.rejects(fromLibp2pStream(outbound).readable.getReader().read(), /the stream was aborted/);
  release();
});

test('what is no stream of libp2p is refused by name', () => {
  for (const [value, message] of [
    [7, '"stream" expected a Stream of libp2p, got number'],
    [new EventTarget(), '"stream" expected a Stream of libp2p, got an object without send()'],
    // The interface before version 3.
    [{ source: [], sink() {} }, '"stream" expected a Stream of libp2p, got an object without addEventListener()'],
  ]) {
    assert.throws(() => fromLibp2pStream(value), { name: 'TypeError', message });
  }
});
