/** A tunnel through a forward proxy by CONNECT (RFC 9110 §9.3.6); RFC 6455 §4.1 wants one for `ws:` too. */

import type { Duplex } from 'node:stream';
import { basicAuth } from '../websocket/basic-auth.js';
import { ConnectError, refused } from './errors.js';
import type { ForwardProxy } from './options.js';
import { readBody } from './refusal.js';
import { type StepOptions, step } from './step.js';

/** Bytes of a head that are read before it must have ended. */
const MAX_HEAD = 16 << 10;

/** The answer of a proxy. */
interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** What followed the head. */
  readonly rest: Buffer;
}

/** Asks the proxy at the other end of a socket for a tunnel to `target`, and leaves the socket as that tunnel. */
export async function openTunnel(
  socket: Duplex,
  proxy: ForwardProxy,
  target: string,
  options: StepOptions,
): Promise<void> {
  const answer = await step<Answer>(socket, options, (done, fail) => {
    socket.write(requestFor(target, proxy), 'latin1');
    return readAnswer(socket, options.what, done, fail);
  });
  if (answer.status >= 200 && answer.status <= 299) {
    if (answer.rest.length > 0) socket.unshift(answer.rest);
    return;
  }
  // What it says is worth a moment, and the refusal itself is not lost when it does not come.
  const body = await readBody(socket, answer.rest, answer.headers, options);
  socket.destroy();
  throw refused(options.what, { ...answer, code: 'ERR_PROXY_REFUSED', body });
}

function requestFor(target: string, proxy: ForwardProxy): string {
  const fields = new Map([['host', `Host: ${target}`]]);
  const credentials = basicAuth(proxy.url);
  if (credentials !== undefined) fields.set('proxy-authorization', `Proxy-Authorization: ${credentials}`);
  for (const [name, value] of Object.entries(proxy.headers)) fields.set(name.toLowerCase(), `${name}: ${value}`);
  return `CONNECT ${target} HTTP/1.1\r\n${[...fields.values()].join('\r\n')}\r\n\r\n`;
}

/** Reads up to the end of the final head; interim answers (1xx) are skipped. */
function readAnswer(socket: Duplex, what: string, done: (answer: Answer) => void, fail: (error: unknown) => void) {
  let received = Buffer.alloc(0);
  const refuse = (problem: string) =>
    fail(new ConnectError(`${what}: it ${problem}`, { code: 'ERR_PROXY', body: received }));
  const readable = () => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) {
      received = Buffer.concat([received, chunk]);
      if (!looksLikeHttp(received)) return refuse('does not answer in HTTP/1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        if (end > MAX_HEAD) break;
        const answer = answerOf(received.subarray(0, end).toString('latin1'), received.subarray(end + 4));
        if (answer === undefined) return refuse('answered with a head that is malformed');
        if (answer.status >= 200) return done(answer);
        received = Buffer.from(answer.rest);
      }
      if (received.length > MAX_HEAD) return refuse(`answered with a head of more than ${MAX_HEAD} bytes`);
    }
  };
  return { readable, end: () => refuse('ended the connection without an answer') };
}

const read = (socket: Duplex): Buffer | null => socket.read() as Buffer | null;

const looksLikeHttp = (bytes: Buffer): boolean => 'HTTP/1.'.startsWith(bytes.subarray(0, 7).toString('latin1'));

function answerOf(head: string, rest: Buffer): Answer | undefined {
  const [first = '', ...lines] = head.split('\r\n');
  const [, status, statusText = ''] = /^HTTP\/1\.[01] ([1-9]\d\d)(?: (.*))?$/.exec(first) ?? [];
  if (status === undefined) return undefined;
  try {
    const headers = new Headers(lines.map((line) => fieldOf(line)));
    return { status: Number(status), statusText, headers, rest };
  } catch {
    return undefined;
  }
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 1)];
}
