// The opening handshake, and a connection that is left alone.

import { equal, ok } from '../assert.mjs';
import { Log } from '../context.mjs';
import { quiet } from '../time.mjs';

const ORIGIN = 'https://page.test';

/** Never opens, and ends with an error, uncleanly and once. */
async function fails(log) {
  equal((await log.event('close')).wasClean, false, 'wasClean');
  await quiet();
  equal(log.types, ['error', 'close'], 'the events');
}

/** A clock that the test turns. */
class Clock {
  #timers = new Map();
  #time = 0;
  #next = 1;

  now = () => this.#time;

  setTimeout = (run, milliseconds) => {
    this.#timers.set(this.#next, { run, due: this.#time + milliseconds });
    return this.#next++;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  pass(milliseconds) {
    this.#time += milliseconds;
    for (const [id, { run, due }] of [...this.#timers]) {
      if (due > this.#time) continue;
      this.#timers.delete(id);
      run();
    }
  }
}

export const files = {
  'opening-handshake/001.html': (t) => {
    t.needsHttp1();
    return fails(t.connect('/invalid').log);
  },

  'opening-handshake/002.html': async (t) => {
    const { socket, log } = await t.open('/echo');
    socket.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
    await quiet();
    equal(log.types, ['open', 'close'], 'the events');
  },

  'opening-handshake/003.html': async (t) => {
    t.use({ headers: { Origin: ORIGIN } });
    const log = new Log(new t.WebSocket('ws://天気の良い日.server.test:8666/origin'));
    const { data, origin, target } = await log.event('message');
    equal(origin, 'ws://xn--n8j6ds53lwwkrqhv28a.server.test:8666', 'the origin of the message');
    equal(data, ORIGIN, 'the origin at the server');
    target.close();
    equal((await log.event('close')).wasClean, true, 'wasClean');
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },

  'opening-handshake/005.html': async (t) => {
    t.needsHttp1();
    const { socket, log } = t.connect('/simple_handshake');
    socket.onopen = () => socket.close();
    const { code, reason, wasClean } = await log.event('close');
    equal([code, reason, wasClean], [1001, 'away', true], 'code, reason and wasClean');
    await quiet();
    equal(log.types, ['open', 'close'], 'the events');
  },

  'opening-handshake/006.html': async (t) => {
    for (const path of ['/invalid1', '/invalid2', '/invalid3']) await fails(t.connect(path).log);
    const { socket, log } = await t.open('/echo');
    socket.close();
    ok((await log.event('close')).wasClean, 'wasClean');
  },

  'opening-handshake/received-301-code.html': async (t) => {
    await fails(t.connect('/redirect').log);
    equal(t.server.connections, 1, 'connections');
  },

  'security/001.html': (t) => {
    t.needsHttp1();
    return fails(t.connect('/wrong_accept_key').log);
  },

  'keeping-connection-open/001.html': async (t) => {
    const clock = new Clock();
    t.use({ clock });
    const { socket, log } = await t.open('/echo');
    clock.pass(20_000);
    await quiet();
    socket.send('test');
    equal((await log.event('message')).data, 'test', 'the message');
    socket.close();
    await log.event('close');
    equal(log.types, ['open', 'message', 'close'], 'the events');
  },
};
