/** The TypeScript that does what was done by hand. It runs as it is. */

import type { Role } from '../../../pkg/index.js';
import { bytesOfText } from '../../../pkg/inspect/notation.js';
import type { Action, Scenario, Settings } from './scenario.js';
import { violations } from './violations.js';

/** A program for Node, Deno, Bun or a browser. */
export function codeFor({ settings, actions }: Scenario): string {
  return `${prelude(settings)}\n${actions.map(lineFor).join('\n')}\n`;
}

function prelude(settings: Settings): string {
  const options = optionsFor(settings);
  return `import { ClientHandshake, ServerHandshake } from 'sansocket';

const client = new ClientHandshake({ host: 'server.example.com', path: '/chat'${options} });
const server = new ServerHandshake({ origins: 'any'${options} });

// Bytes on their way: to the server, and to the client.
const belts = { client: [] as number[], server: [] as number[] };
const ends = { client, server };

/** What an end wants to send goes onto its belt. */
function drain(from: 'client' | 'server') {
  for (const source of [ends[from], ends[from].connection]) {
    for (const bytes of source?.dataToSend() ?? []) belts[from].push(...bytes);
  }
}

/** Lets so many bytes arrive at the other end, and prints what comes of it. */
function deliver(from: 'client' | 'server', count: number) {
  const to = from === 'client' ? 'server' : 'client';
  ends[to].receiveData(Uint8Array.from(belts[from].splice(0, count)));
  if (server.request && server.state === 'connecting') server.accept();
  for (const event of ends[to].connection?.events() ?? []) console.log(to, event);
  if (ends[to].error) console.log(to, ends[to].error);
  drain(to);
}
`;
}

function optionsFor({ deflate, windowBits, noContextTakeover, threshold, maxMessageSize }: Settings): string {
  const connection = maxMessageSize === 1 << 20 ? '' : `, connection: { maxMessageSize: ${maxMessageSize} }`;
  if (!deflate) return connection;
  const bits = windowBits === 15 ? '' : `serverMaxWindowBits: ${windowBits}, clientMaxWindowBits: ${windowBits}, `;
  const takeover = noContextTakeover ? 'serverNoContextTakeover: true, clientNoContextTakeover: true, ' : '';
  return `, perMessageDeflate: { ${bits}${takeover}threshold: ${threshold} }${connection}`;
}

function lineFor(action: Action): string {
  switch (action.do) {
    case 'handshake':
      return "drain('client');";
    case 'text':
      return call(action.who, `sendText(${literal(action.text)})`);
    case 'ping':
      return call(action.who, `sendPing(${literal(action.text)})`);
    case 'pong':
      return call(action.who, `sendPong(${literal(action.text)})`);
    case 'binary':
      return call(action.who, `sendBinary(${array(bytesOfText(action.hex, 'hex').bytes)})`);
    case 'close':
      return call(
        action.who,
        action.code === 0 ? 'sendClose()' : `sendClose(${action.code}, ${literal(action.reason)})`,
      );
    case 'fragments':
      return fragments(action.who, action.text, action.parts);
    case 'raw':
      return push(action.who, bytesOfText(action.hex, 'hex').bytes, 'raw bytes');
    case 'violate': {
      const violation = violations.find(({ id }) => id === action.id);
      return violation === undefined ? '' : push(action.who, violation.bytes(action.who), violation.id);
    }
    case 'deliver':
      return `deliver('${action.from}', ${action.count});`;
    case 'flip':
      return `belts.${action.from}[${action.at}]! ^= 0x${(0x80 >> action.bit).toString(16)};`;
    case 'drop':
      return `belts.${action.from}.splice(${action.at}, ${action.count});`;
    case 'cut':
      return `belts.${action.from}.length = 0;`;
  }
}

const call = (who: Role, method: string): string => `${who}.connection?.${method};\ndrain('${who}');`;

function fragments(who: Role, text: string, parts: number): string {
  const characters = [...text];
  const size = Math.max(Math.ceil(characters.length / parts), 1);
  const lines = Array.from({ length: parts }, (_, part) => {
    const fin = part === parts - 1;
    const piece = literal(characters.slice(part * size, fin ? undefined : (part + 1) * size).join(''));
    return `${who}.connection?.${part === 0 ? 'sendText' : 'sendContinuation'}(${piece}, { fin: ${fin} });`;
  });
  return `${lines.join('\n')}\ndrain('${who}');`;
}

const push = (who: Role, bytes: Uint8Array, what: string): string =>
  `belts.${who}.push(${Array.from(bytes, byte).join(', ')}); // ${what}`;

const byte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

const array = (bytes: Uint8Array): string => `Uint8Array.of(${Array.from(bytes, byte).join(', ')})`;

/** A string as code: escaped beyond ASCII, so that nothing in it turns a line around. */
const literal = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
