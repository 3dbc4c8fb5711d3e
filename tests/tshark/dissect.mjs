// What tshark says about a capture: run as a program, and read from what it prints.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Reordered segments are put in order only if that is asked for. */
const settings = ['-o', 'tcp.reassemble_out_of_order:TRUE'];

/** The version, as in `4.0.17`; undefined where there is no tshark. */
export async function versionOf() {
  try {
    const { stdout } = await run('tshark', ['--version']);
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}

/**
 * Resolves to `{ packets, frames }`: the stream and port of each packet, as `STREAM:PORT` by its number, and the frames of
 * each of these, `{ opcode, fin, rsv, masked, length, payload }`. `payload` is hexadecimal, unmasked and inflated; of a message in
 * fragments the last one has all of it, and the others have none.
 *
 * - `port`: of the server, whose HTTP is looked into.
 */
export async function dissected(file, port) {
  const args = ['-r', file, '-d', `tcp.port==${port},http`, ...settings, '-J', 'tcp websocket data', '-T', 'pdml'];
  const { stdout } = await run('tshark', args, { maxBuffer: 1 << 30 });
  const packets = new Map();
  const frames = new Map();
  for (const packet of stdout.split('<packet>').slice(1)) {
    const from = `${value(packet, 'tcp.stream')}:${value(packet, 'tcp.srcport')}`;
    packets.set(Number(value(packet, 'num')), from);
    const found = packet.split('<proto name="websocket"').slice(1).map(frameOf);
    frames.set(from, [...(frames.get(from) ?? []), ...found]);
  }
  return { packets, frames };
}

function frameOf(text) {
  // Other protocols may follow inside the same packet.
  const proto = text.split('<proto ')[0];
  const number = (name) => Number(value(proto, name));
  const long = value(proto, 'websocket.payload_length_ext_16') ?? value(proto, 'websocket.payload_length_ext_64');
  return {
    opcode: number('websocket.opcode'),
    fin: number('websocket.fin') === 1,
    rsv: number('websocket.rsv'),
    masked: number('websocket.mask') === 1,
    length: long ?? value(proto, 'websocket.payload_length'),
    // Binary payload stands outside.
    payload: payloadOf(proto) || (text.match(/<field name="data\.data"[^>]* value="([0-9a-f]*)"/)?.[1] ?? ''),
  };
}

/** The value of a field as it is shown. */
function value(text, name) {
  return text.match(new RegExp(`<field name="${name.replaceAll('.', '\\.')}"[^>]* show="([^"]*)"`))?.[1];
}

/** The bytes of all kinds of payload: a Close has two parts. */
function payloadOf(proto) {
  const parts = proto.matchAll(/<field name="websocket\.payload\.[\w.]+"[^>]* value="([0-9a-fA-F]*)"/g);
  return [...parts].map(([, hex]) => hex).join('');
}
