// What is said in words: handshakes, explanations, help, and what is meant by a wrong word.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from 'sansocket';
import { catalogue } from '../../pkg/inspect/catalogue.js';
import { commands } from './commands.mjs';
import { sansocket } from './run.mjs';

const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

test('handshake: the steps of RFC 6455 §1.3', async () => {
  const { code, stdout } = await sansocket(['handshake', key]);
  assert.equal(code, 0);
  assert.match(stdout, /b37a4f2cc0624f1690f64606cf385945b2bec4ea/);
  assert.match(stdout, new RegExp(`Sec-WebSocket-Accept: ${accept.replace('+', '\\+')}\n`));
  const json = await sansocket(['handshake', key, '--format', 'json']);
  assert.equal(JSON.parse(json.stdout).accept, accept);
});

test('handshake: a fresh key each time', async () => {
  const keys = await Promise.all([1, 2].map(() => sansocket(['handshake', '--format', 'json'])));
  assert.notEqual(...keys.map(({ stdout }) => JSON.parse(stdout).key));
});

test('handshake --verify tells by its exit code', async () => {
  assert.equal((await sansocket(['handshake', key, '--verify', accept])).code, 0);
  const wrong = await sansocket(['handshake', key, '--verify', `x${accept}`]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stdout, /does not belong to the key/);
});

for (const [args, message] of [
  [['abc'], /"abc" is no key: .* it has 2 bytes/],
  [['\x1b[2J'], /"\\x1b\[2J" is no key/],
  [[key, key], /one KEY/],
  [['--verify', accept], /--verify needs the KEY/],
]) {
  test(`refused: handshake ${JSON.stringify(args)}`, async () => {
    const { code, stderr } = await sansocket(['handshake', ...args]);
    assert.equal(code, 2);
    assert.match(stderr, message);
  });
}

const explained = [
  ['1006', /^1006 Abnormal Closure .* without a Close/],
  ['4001', /^4001 Private Use/],
  ['2000', /not assigned/],
  ['999', /Outside of the ranges/],
  ['0x9', /^0x9 ping/],
  ['PING', /^0x9 ping/],
  ['9', /^0x9 ping/],
  ['0xb', /^0xb .*control frame Reserved/],
  ['utf8-invalid', /^utf8-invalid error, RFC 6455 §8\.1, close 1007 /],
  ['hs-version', /error, RFC 6455 §4\.4, HTTP 426/],
  ['fin', /^FIN /],
  ['sec-websocket-accept', /258EAFA5-E914-47DA-95CA-C5AB0DC85B11/],
  ['426', /Upgrade Required/],
  ['permessage-deflate; client_max_window_bits=10', /refers back at most 1 KiB/],
  ['permessage-deflate; server_max_window_bits=8', /zlib cannot/],
  ['permessage-deflate; client_max_window_bits', /may ask the client/],
  ['permessage-deflate; server_max_window_bits', /invalid, since it has to have a value/],
  ['permessage-deflate; server_max_window_bits=08', /invalid: "08"/],
  ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', /Given twice/],
  ['permessage-deflate; server_no_context_takeover=1', /takes no value/],
  ['permessage-deflate; x="a;b,c"', /x="a;b,c": not a parameter/],
  ['Sec-WebSocket-Extensions: permessage-deflate', /^permessage-deflate/],
  ['foo, permessage-deflate', /^foo .*not known here/],
];
for (const [topic, expected] of explained) {
  test(`explain ${topic}`, async () => {
    const { code, stdout, stderr } = await sansocket(['explain', topic]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout.replaceAll(/\s+/g, ' '), expected);
  });
}

test('everything that has a name is explained, as text and as JSON', async () => {
  const { stdout } = await sansocket(['explain']);
  const names = stdout
    .split('\n')
    .filter((line) => line.startsWith('  '))
    .flatMap((line) => line.trim().split(' '));
  for (const { id } of catalogue) assert.ok(names.includes(id), id);
  const groups = (await sansocket(['explain', '--format', 'json'])).stdout.trimEnd().split('\n');
  assert.deepEqual(
    groups.flatMap((line) => JSON.parse(line).names),
    names,
  );
  const all = await sansocket(['explain', '--format', 'json', ...names]);
  assert.equal(all.code, 0, all.stderr);
  const records = all.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(records.length >= names.length);
  for (const { title, text, link } of records) {
    assert.match(text, /\.$/, title);
    if (link !== undefined) assert.match(link, /^https:\/\/www\.rfc-editor\.org\/rfc\/rfc(6455|7692)#section-[\d.]+$/);
  }
});

test('what is not known is refused, with the nearest that is', async () => {
  const { code, stdout, stderr } = await sansocket(['explain', 'utf8-invald']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /nothing is known of "utf8-invald"; did you mean utf8-invalid\?/);
});

test('help: of the program, and of each command, short and long', async () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await sansocket(args);
    assert.deepEqual([code, stderr], [0, '']);
    for (const { name } of commands) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
  }
  for (const { name, flags, examples } of commands) {
    const [long, short, helped] = await Promise.all(
      [
        [name, '--help'],
        [name, '-h'],
        ['help', name],
      ].map((args) => sansocket(args)),
    );
    assert.deepEqual([long.code, short.code, long.stderr], [0, 0, '']);
    assert.equal(long.stdout, helped.stdout);
    for (const flag of Object.keys(flags))
      assert.ok(short.stdout.includes(flag.length > 1 ? `--${flag}` : `-${flag} `), `${name} --${flag}`);
    for (const [line] of examples) assert.ok(long.stdout.includes(line), line);
    for (const line of long.stdout.split('\n').slice(1)) assert.ok([...line].length <= 100, line);
  }
});

test('version', async () => {
  assert.deepEqual(await sansocket(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

for (const [args, message] of [
  [['encod'], /"encod" is neither a command nor a file; did you mean the command encode\?/],
  [['help', 'explian'], /there is no command "explian"; did you mean explain\?/],
  [['encode', '--txt', 'a'], /there is no flag --txt; did you mean --text\?/],
  [['encode', '--formt=hex'], /did you mean --format\?/],
  [['encode', '--xyzzy'], /there is no flag --xyzzy\n/],
  [['encode', '--\x1b[2J'], /there is no flag --\\x1b\[2J/],
  [['encode', '--text'], /--text needs a value: STRING/],
  [['encode', '--text', '--ping'], /--text needs a value/],
  [['encode', '--ping=yes'], /--ping takes no value/],
  [['encode', '--format', 'bas64', '--ping'], /--format is one of .*, not "bas64"; did you mean "base64"\?/],
  [['-q', 'stats', 'x.pcap'], /the command comes first: sansocket stats …\n/],
  [['completion'], /which shell\? bash, zsh, fish/],
  [['completion', 'tcsh'], /which shell/],
]) {
  test(`misused: ${JSON.stringify(args)}`, async () => {
    const { code, stdout, stderr } = await sansocket(args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.match(stderr, /Try "sansocket .*--help"\.\n$/);
  });
}
