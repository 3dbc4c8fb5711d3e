// The quick part of Autobahn's suite, on Node, in both roles. `npm run conformance` has the rest, and the other runtimes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { at } from '../../tools/lib/paths.mjs';
import { frame, Op, request, response } from '../captures/lib.mjs';
import { judgedFairly } from './again.mjs';
import { faultsOf } from './gate.mjs';
import { inspection } from './inspection.mjs';
import { judges } from './judges.mjs';
import { versionIn } from './results.mjs';
import { judged } from './run.mjs';
import { selections } from './selection.mjs';
import { verdictsOf } from './vectors.mjs';

// Most of the time they wait, for a peer that is not to answer.
describe('Autobahn', { concurrency: 2 }, () => {
  for (const testee of ['node-bare', 'node-class']) {
    for (const role of ['client', 'server']) {
      test(`${testee} as a ${role}`, async (t) => {
        const selection = selections.quick;
        // Its traffic is the plainest, and a relay costs time, which some cases count.
        const inspector = testee === 'node-bare' ? inspection(role) : undefined;
        t.after(() => inspector?.end());
        const results = await judgedFairly({ judge: judges.kosoku, testee, role, selection, heard: inspector?.heard });
        assert.deepEqual(faultsOf(results, `sansocket-${testee}`, selection), []);
        if (inspector === undefined) return;
        await t.test('the inspector finds what the suite breaks, and nothing else', async () => {
          assert.deepEqual(await inspector.faults(results), []);
        });
      });
    }
  }
});

test('the inspection names what is missing, what is too much, and whose it is', async (t) => {
  const { heard, faults, end } = inspection('client');
  t.after(end);
  const text = frame(Op.text, 'x');
  const reserved = frame(3, 'x');
  const masked = frame(Op.text, 'x', { key: [1, 2, 3, 4] });
  const exchanges = [
    { id: '1.1.1', isLegal: true, server: text },
    { id: '1.1.2', isLegal: true, server: reserved },
    { id: '4.1.1', isLegal: false, server: reserved },
    { id: '4.1.2', isLegal: false, server: text },
    { id: '4.1.3', isLegal: false, server: reserved, client: text },
    { id: '5.18', isLegal: false, server: masked },
  ];
  const verdicts = {};
  exchanges.forEach(({ id, isLegal, server, client = masked }, index) => {
    const head = request({ line: 'GET /runCase?case=1 HTTP/1.1' });
    heard(
      [
        ['client', head],
        ['server', response()],
        ['server', server],
        ['client', client],
      ],
      index,
    );
    verdicts[id] = { isLegal, request: head.toString(), started: String(index) };
  });
  assert.deepEqual(await faults({ verdicts }), [
    '1.1.2: opcode-reserved instead of none',
    '4.1.2: no error instead of opcode-reserved',
    '4.1.3: mask-missing, opcode-reserved instead of opcode-reserved',
    '4.1.3: mask-missing of who is judged',
    '5.18: mask-present instead of message-interrupted',
  ]);
});

test('what a clock has decided is run once more, by itself; what is wrong is not', async () => {
  const ok = { behavior: 'OK', behaviorClose: 'OK', result: 'as expected', resultClose: 'properly' };
  const unclean = { ...ok, behaviorClose: 'UNCLEAN' };
  const late = { ...ok, behavior: 'FAILED', result: 'Did not receive message within 100 seconds.' };
  const wrong = { ...ok, behavior: 'FAILED', result: 'Actual events differ from any expected.' };
  const answers = [
    { 1.1: ok, 1.2: unclean, 1.3: wrong, 9.1: { ...late, started: 'first' }, 9.2: late },
    { 1.2: ok, 9.1: ok, 9.2: late },
  ];
  const orders = [];
  const run = async (order) => {
    orders.push(order);
    return { agents: ['me'], verdicts: answers.shift() };
  };
  const { verdicts, again } = await judgedFairly(
    { testee: 'me', role: 'client', selection: { patterns: ['*'], count: 5 } },
    run,
  );
  assert.deepEqual(orders[1].selection, { patterns: ['1.2', '9.1', '9.2'], count: 3 });
  assert.deepEqual(verdicts, { 1.1: ok, 1.2: ok, 1.3: wrong, 9.1: { ...ok, started: 'first' }, 9.2: late });
  assert.deepEqual(again, { 1.2: unclean, 9.1: { ...late, started: 'first' }, 9.2: late });
});

test('a judge that leaves no report is a fault, with what it said', async () => {
  const judge = { command: () => [process.execPath, '--eval', 'console.log("nobody is there")'] };
  const order = { judge, testee: 'node-bare', role: 'server', selection: selections.quick, folder: 'no-report' };
  await assert.rejects(judged(order), /no report:\nnobody is there/);
});

test('verdicts on a part of the cases do not take the place of those on all', () => {
  const args = [at('tools', 'conformance.mjs'), '--write', '--only', 'none'];
  // Otherwise it would set up and build first.
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 });
  assert.equal(status, 1);
  assert.match(stderr, /kept are those on all cases\n.*--full --write/);
});

test('a version is what looks like one', () => {
  assert.equal(versionIn('v20.20.2\n'), '20.20.2');
  assert.equal(
    versionIn('/usr/bin/chromium: 9: [: 25276510208: unexpected operator\nChromium 156.0.8078.108'),
    '156.0.8078.108',
  );
});

test('vectors are judged by every test that is named for them, in Rust and on Node', () => {
  const rust = [
    'test h2 ... ok',
    'test b01_b03_b05_requests_that_cannot_be_written ... ok',
    'test l01_empty_fragments_count ... FAILED',
    'test l03_a_large_frame_byte_by_byte ... ignored, minutes',
    'test b99_of_none ... ok',
    'test b07 ... ok',
  ];
  const ofRust = { B01: true, B03: true, B05: true, L01: false, X01: true, X03: true, X05: true, X07: true };
  assert.deepEqual(verdictsOf(rust.join('\n')), ofRust);
  const node = [
    'ok 1 - F01: RFC 6455 §5.2',
    'ok 2 - W05, W07: bytes are taken when they are passed',
    '# Subtest: Firefox',
    "    not ok 1 - W13: script-src 'self' alone",
    "    ok 1 - W13: script-src 'self' alone",
    'not ok 3 - W05: detached bytes are refused',
    'ok 4 - B07: close codes # SKIP',
    'ok 5 - the index of the frame',
  ];
  assert.deepEqual(verdictsOf(node.join('\n')), { F01: true, W05: false, W07: true, W13: false });
});

describe('the gate', () => {
  const selection = { count: 2 };
  const ok = { behavior: 'OK', behaviorClose: 'OK' };
  const informational = { behavior: 'INFORMATIONAL', behaviorClose: 'INFORMATIONAL' };
  const faults = (verdicts, agents = ['me']) => faultsOf({ agents, verdicts }, 'me', selection);

  test('passes what is right, and what cannot be decided', () => {
    assert.deepEqual(faults({ '1.1.1': ok, '7.1.6': informational }), []);
  });

  test('names what is wrong', () => {
    for (const behavior of ['FAILED', 'NON-STRICT', 'INFORMATIONAL', 'UNIMPLEMENTED', 'ERROR']) {
      assert.match(faults({ '1.1.1': { ...ok, behavior }, 1.2: ok })[0], new RegExp(`^1.1.1: ${behavior}, OK`));
    }
    const late = { ...ok, behaviorClose: 'UNCLEAN', resultClose: 'it took too long' };
    assert.deepEqual(faults({ '1.1.1': late, 1.2: ok }), ['1.1.1: OK, UNCLEAN; it took too long']);
  });

  test('misses no case, and nobody else', () => {
    assert.deepEqual(faults({ '1.1.1': ok }), ['1 cases instead of 2']);
    assert.deepEqual(faults({}, []), ['0 cases instead of 2', 'agents  instead of me']);
    assert.deepEqual(faults({ '1.1.1': ok, 1.2: ok }, ['me', 'you']), ['agents me, you instead of me']);
  });
});
