/** `sansocket handshake`: the accept value of a key step by step, and the rules of an opening handshake. */

import { visible, visibleJson } from '../inspect/visible.js';
import { command } from './command.js';
import { checkedText, checkHeads } from './heads.js';
import { ExitCode, painter, print, row } from './terminal.js';
import { UsageError } from './usage-error.js';

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export const handshake = command({
  name: 'handshake',
  summary: 'the accept value of a key, and checks of requests and answers',
  usage: '[KEY] [--verify ACCEPT] | --request FILE | --response FILE',
  about:
    'Shows how Sec-WebSocket-Accept comes out of Sec-WebSocket-Key (RFC 6455 §1.3), and the head of a request and of its ' +
    'answer. Without a KEY it makes one. With --verify it tells whether an accept value belongs to the key. With --request ' +
    'or --response it checks a head by every rule of RFC 6455 §4.1 and §4.2.1, and a response by its request if both are given.',
  flags: {
    verify: { kind: 'text', value: 'ACCEPT', help: 'is this the accept value of KEY? Exit code 1 if not' },
    request: { kind: 'text', value: 'FILE', help: 'check the head of a request; - is standard input' },
    response: { kind: 'text', value: 'FILE', help: 'check the head of a response' },
    format: { kind: 'choice', choices: ['pretty', 'json'], help: 'pretty by default' },
  },
  files: false,
  examples: [
    ['sansocket handshake dGhlIHNhbXBsZSBub25jZQ==', 'the key of RFC 6455 §1.3'],
    ['sansocket handshake', 'a fresh key'],
    ['sansocket handshake KEY --verify ACCEPT', 'exit code 0 if they belong together'],
    ['pbpaste | sansocket handshake --request -', 'what is wrong with a request'],
    ['sansocket handshake --request req.txt --response res.txt', 'and with the answer to it'],
  ],
  notes: 'Exit code: 0 it belongs, or no rule is broken; 1 it does not, or one is; 2 misused, or a file has no head.',
  run: async ({ values: { verify, format, request, response }, operands }) => {
    if (request !== undefined || response !== undefined) {
      if (operands.length > 0 || verify !== undefined) {
        throw new UsageError('the key and the accept value are in the heads: give neither KEY nor --verify');
      }
      return check(request, response, format);
    }
    const [key = await randomKey(), extra] = operands;
    if (extra !== undefined) throw new UsageError('one KEY at a time');
    if (verify !== undefined && operands.length === 0) throw new UsageError('--verify needs the KEY as well');
    const steps = await stepsOf(key);
    const ok = verify === undefined ? undefined : verify.trim() === steps.accept;
    const text =
      format === 'json'
        ? `${visibleJson({ v: 1, ...steps, ...(ok === undefined ? {} : { ok }) })}\n`
        : pretty(steps, verify, ok);
    await print(text);
    return ok === false ? ExitCode.Findings : ExitCode.Ok;
  },
});

async function check(request: string | undefined, response: string | undefined, format = 'pretty'): Promise<number> {
  const checked = await checkHeads(request, response);
  const { handshake, accept, violations } = checked;
  const ok = violations.length === 0;
  const json = (): string => `${visibleJson({ v: 1, ok, expected: accept ?? null, handshake, violations })}\n`;
  await print(format === 'json' ? json() : checkedText(checked, painter()));
  return ok ? ExitCode.Ok : ExitCode.Findings;
}

async function randomKey(): Promise<string> {
  const { randomBytes } = await import('node:crypto');
  return randomBytes(16).toString('base64');
}

interface Steps {
  readonly key: string;
  readonly keyBytes: string;
  readonly concatenated: string;
  readonly sha1: string;
  readonly accept: string;
}

async function stepsOf(key: string): Promise<Steps> {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== key) {
    const got = /^[A-Za-z0-9+/]*={0,2}$/.test(key) ? `; it has ${bytes.length} bytes` : '';
    throw new UsageError(
      `"${visible(key)}" is no key: that is the base64 of 16 bytes, 24 characters that end in ==${got}`,
    );
  }
  const [{ createHash }, { acceptKey }] = await Promise.all([import('node:crypto'), import('sansocket')]);
  const concatenated = key + GUID;
  const sha1 = createHash('sha1').update(concatenated).digest('hex');
  return { key, keyBytes: bytes.toString('hex'), concatenated, sha1, accept: acceptKey(key) };
}

function pretty(steps: Steps, verify: string | undefined, ok: boolean | undefined): string {
  const paint = painter();
  const lines = [
    row('key', steps.key, paint),
    row('  its bytes', steps.keyBytes, paint),
    row('key + GUID', steps.concatenated, paint),
    row('SHA-1', steps.sha1, paint),
    row('accept', paint('bold', steps.accept), paint),
  ];
  if (verify !== undefined) {
    const verdict = ok ? paint('green', 'belongs to the key') : paint('red', `does not belong to the key`);
    lines.push(row('verify', `${visible(verify.trim())} ${verdict}`, paint));
  } else {
    lines.push(
      '',
      paint('dim', 'The client asks:'),
      'GET / HTTP/1.1',
      'Host: server.example.com',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${steps.key}`,
      'Sec-WebSocket-Version: 13',
      '',
      paint('dim', 'The server answers:'),
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${steps.accept}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
