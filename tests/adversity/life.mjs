// One connection from its beginning until nothing is left of it, made of a seed: two ends of ours, over a network that fails in any way,
// with users who do anything at any time. It repeats itself, but for the moments at which the platform has read its Blobs.

import { Connection } from 'sansocket';
import { acceptStream, acceptWebSocketStream } from 'sansocket/server';
import { createWebSocketClass, createWebSocketStreamClass } from 'sansocket/websocket';
// First: it looks into the instance that the package makes.
import { liveObjects } from '../js/support/instance.mjs';
import { Seeded } from '../js/support/random.mjs';
import { TestClock } from '../server/clock.mjs';
import { expect, nextTask } from './host.mjs';
import { FATES, Network } from './network.mjs';
import { EchoUser, SocketUser, StreamUser } from './users.mjs';

/** Milliseconds that pass while the event loop goes round once. */
const TICK = 5;

/** More of these than all time limits and waits together take. */
const TOO_MANY = 60_000;

const kinds = [
  { User: SocketUser, create: createWebSocketClass, accept: acceptStream },
  { User: StreamUser, create: createWebSocketStreamClass, accept: acceptWebSocketStream },
  { User: EchoUser, create: createWebSocketStreamClass, accept: acceptWebSocketStream },
];

/** Options of one end. Strict ones may end a connection of which all is well. */
function optionsOf(random, clock, areStrict) {
  const limit = (milliseconds) => (areStrict ? TICK * (1 + random.below(100)) : milliseconds);
  return {
    clock,
    handshakeTimeout: limit(5_000),
    closeTimeout: limit(20_000),
    pingInterval: random.pick([Number.POSITIVE_INFINITY, 50, 1_000]),
    pongTimeout: limit(60_000),
    allowSynchronousEvents: random.chance(50),
    perMessageDeflate: random.chance(40),
    limits: areStrict ? { maxMessageSize: 10_000, maxBufferedBytes: random.pick([100, 100_000]) } : undefined,
  };
}

/** The users of the two ends. */
function usersOf(network, random, clock, areStrict) {
  const [near, far] = network.ends;
  const pause = async (most) => {
    for (let i = random.below(most); i > 0; i -= 1) await nextTask();
  };
  // Where there is no handshake, both ends must know what there is to know.
  const agreed = random.chance(15) ? { handshake: 'none', perMessageDeflate: random.chance(40) } : {};
  const client = random.pick(kinds);
  const Class = client.create(
    async () => {
      await pause(10);
      return network.transport(near);
    },
    { ...optionsOf(random, clock, areStrict), ...agreed },
  );
  const server = random.pick(kinds);
  const accepted = server.accept(network.transport(far), {
    ...optionsOf(random, clock, areStrict),
    ...agreed,
    origins: 'any',
    authenticate: async () => {
      await pause(5);
      return random.chance(3) ? { status: 401 } : undefined;
    },
  });
  const attempt = new AbortController();
  const socket = new Class('ws://in.memory/', client.User === SocketUser ? [] : { signal: attempt.signal });
  return [new client.User(socket, random, attempt), new server.User(accepted, random)];
}

/** Lives the life of a seed. Throws, with all there is to know of it, if something does not hold. */
async function live(seed) {
  const random = new Seeded(seed);
  const clock = new TestClock();
  const areStrict = random.chance(10);
  const fate = random.chance(50) ? 'none' : random.pick(FATES);
  const network = new Network(random, fate);
  const users = usersOf(network, random, clock, areStrict);
  try {
    await untilOver(users, network, clock, random);
    for (const user of users) user.check?.();
    for (const end of network.ends) expect(end.closes === (end.isUsed ? 1 : 0), 'a transport is released once');
    if (fate !== 'noise') checkOrder(users);
    if (fate === 'none' && !areStrict) checkHarmony(users, network);
  } catch (error) {
    error.message = `seed ${seed}, ${areStrict ? 'strict' : fate}: ${error.message}\n${users.join('\n')}`;
    throw error;
  }
}

async function untilOver(users, network, clock, random) {
  const liveliness = random.pick([2, 20, 60]);
  const activeTicks = random.below(300);
  let tick = 0;
  const goOn = async () => {
    tick += 1;
    expect(tick < TOO_MANY, 'it comes to its end');
    network.tick();
    clock.advance(TICK);
    await nextTask();
  };
  while (tick < activeTicks) {
    for (const user of users) if (random.chance(liveliness)) user.act();
    await goOn();
  }
  // Where a user does not read, there may always be something that is not sent.
  if (!network.isHarmed && users.every(({ isReading }) => isReading !== false))
    while (!users.every(({ isIdle, ending }) => isIdle || ending)) await goOn();
  while (!users.every(({ ending }) => ending)) {
    if (tick % 500 === 0) random.pick(users).close();
    await goOn();
  }
  while (users.some(({ isReading, readEnd }) => isReading && readEnd === undefined)) await goOn();
  const settle = async () => {
    for (let quiet = 0; quiet < 20; quiet = clock.pending > 0 ? 0 : quiet + 1) await goOn();
  };
  await settle();
  for (const user of users) user.letGo?.();
  await settle();
}

/** What arrives is what was sent, in order. */
function checkOrder(users) {
  for (const [at, { received }] of users.entries()) {
    const { sent } = users[1 - at];
    expect(
      received.every((text, index) => text === sent[index]),
      'what arrives is what was sent',
    );
  }
}

/** What holds of a connection that nobody and nothing has disturbed. */
function checkHarmony(users, network) {
  if (users.some(({ isOpened, isReading }) => !isOpened || isReading === false)) return;
  expect(!network.wasReset, 'nobody had a reason for a reset');
  for (const [at, user] of users.entries()) {
    const peer = users[1 - at];
    expect(user.ending.wasClean || user.rejected > 0, 'the end is clean, or the peer did not wait for a message');
    // Of a connection that is closing, a user is told of the end only.
    if (user.closing !== 'no') continue;
    expect(user.received.length >= (peer.fulfilled ?? 0), 'what the transport has taken has arrived');
    if (peer.closing !== 'at once') expect(user.received.length === peer.sent.length, 'nothing is lost');
  }
}

/** Lives so many lives, from a seed on. Rejects with the first that is not as it should be. */
export async function liveMany(first, count) {
  // So that there is an instance to look into.
  new Connection({ role: 'server' }).free();
  const before = liveObjects();
  for (let seed = first; seed < first + count; seed += 1) {
    await live(seed);
    expect(liveObjects() === before, `after seed ${seed} nothing is left in WebAssembly`);
  }
}
