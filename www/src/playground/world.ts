/** Two codec instances and the bytes between them. What happens is asked for from outside, one action at a time. */

import {
  ClientHandshake,
  type Connection,
  type ConnectionEvent,
  decodeFrames,
  encodeFrame,
  type Role,
  ServerHandshake,
  type State,
} from '../../../pkg/index.js';
import { joined } from '../../../pkg/inspect/byte-writer.js';
import { bytesOfText } from '../../../pkg/inspect/notation.js';
import { visible, visibleBytes } from '../../../pkg/inspect/visible.js';
import { Belt, type Parcel } from './belt.js';
import { Progress } from './progress.js';
import type { Action, Scenario, Settings } from './scenario.js';
import { violations } from './violations.js';

/** One line of what happened. */
export type Entry =
  | {
      readonly kind: 'sent';
      readonly who: Role;
      /** What was sent, in words. */
      readonly text: string;
      readonly parcel: Pick<Parcel, 'wire' | 'kind' | 'offset'>;
    }
  | {
      readonly kind: 'received';
      readonly who: Role;
      readonly bytes: Uint8Array;
      readonly events: readonly string[];
      readonly failed: boolean;
      /** What the reader awaits now. */
      readonly awaits: string;
    }
  | { readonly kind: 'threw'; readonly who: Role; readonly text: string }
  | { readonly kind: 'transport'; readonly who: Role; readonly text: string };

interface Endpoint {
  readonly role: Role;
  readonly handshake: ClientHandshake | ServerHandshake;
  readonly progress: Progress;
}

const FIXED_KEY = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d);
/** The key of RFC 6455 §1.3, so that a scenario is the same whenever it is played. */
const HANDSHAKE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export const other = (role: Role): Role => (role === 'client' ? 'server' : 'client');

export class World {
  readonly belts: Readonly<Record<Role, Belt>> = { client: new Belt('client'), server: new Belt('server') };
  readonly ledger: Entry[] = [];
  readonly #settings: Settings;
  readonly #endpoints: Readonly<Record<Role, Endpoint>>;
  #seed = 0x6455;
  #asked = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    const connection = { maxMessageSize: settings.maxMessageSize };
    const perMessageDeflate = settings.deflate && {
      serverNoContextTakeover: settings.noContextTakeover,
      clientNoContextTakeover: settings.noContextTakeover,
      serverMaxWindowBits: settings.windowBits,
      clientMaxWindowBits: settings.windowBits,
      threshold: settings.threshold,
    };
    const host = 'server.example.com';
    const client = new ClientHandshake({ host, path: '/chat', key: HANDSHAKE_KEY, perMessageDeflate, connection });
    const server = new ServerHandshake({ origins: 'any', perMessageDeflate, connection });
    this.#endpoints = {
      client: { role: 'client', handshake: client, progress: new Progress() },
      server: { role: 'server', handshake: server, progress: new Progress() },
    };
  }

  /** Plays a scenario from its beginning. */
  static play({ settings, actions }: Scenario): World {
    const world = new World(settings);
    for (const action of actions) world.apply(action);
    return world;
  }

  /** Whether the client has sent its request. */
  get asked(): boolean {
    return this.#asked;
  }

  stateOf(role: Role): State {
    const { handshake } = this.#endpoints[role];
    return handshake.connection?.state ?? handshake.state;
  }

  /** What an endpoint awaits. */
  awaits(role: Role): string {
    return this.#failed(role) ? 'reads nothing any more' : this.#endpoints[role].progress.text;
  }

  free(): void {
    for (const { handshake } of Object.values(this.#endpoints)) {
      handshake.connection?.free();
      handshake.free();
    }
  }

  apply(action: Action): void {
    switch (action.do) {
      case 'handshake':
        this.#asked = true;
        this.#drain('client');
        return;
      case 'deliver':
        this.#deliver(action.from, action.count);
        return;
      case 'raw':
        this.#put(action.who, bytesOfText(action.hex, 'hex').bytes, 'raw', 'raw bytes');
        return;
      case 'violate':
        this.#violate(action.who, action.id);
        return;
      case 'flip':
        this.belts[action.from].flip(action.at, action.bit);
        this.#note(action.from, `bit ${action.bit} of byte ${action.at} on the way was flipped`);
        return;
      case 'drop':
        this.belts[action.from].drop(action.at, action.count);
        this.#note(action.from, `${action.count} bytes on the way were lost`);
        return;
      case 'cut':
        this.belts[action.from].cut();
        this.#note(action.from, 'the transport was cut');
        return;
      default:
        this.#call(action);
    }
  }

  /** Calls a method of the connection, as an application does. */
  #call(action: Exclude<Action, { do: 'handshake' | 'deliver' | 'raw' | 'violate' | 'flip' | 'drop' | 'cut' }>): void {
    const { connection } = this.#endpoints[action.who].handshake;
    try {
      if (connection === undefined) throw new Error('there is no connection before the handshake has succeeded');
      perform(connection, action);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.ledger.push({ kind: 'threw', who: action.who, text: visible(text) });
    }
    this.#drain(action.who);
  }

  #violate(who: Role, id: string): void {
    const violation = violations.find((candidate) => candidate.id === id);
    if (violation === undefined) {
      this.#note(who, 'a violation that this page does not know');
      return;
    }
    const bytes = Uint8Array.from(violation.bytes(who));
    if (violation.group === 'handshake') {
      this.#put(who, bytes, 'head', `${id}: ${violation.text}`);
      return;
    }
    // One by one, so that each has a row; what no decoder reads is one piece.
    for (const wire of framesIn(bytes)) this.#put(who, wire, 'frame', `${id}: ${violation.text}`);
  }

  #deliver(from: Role, count: number): void {
    const belt = this.belts[from];
    const who = other(from);
    const { handshake, progress } = this.#endpoints[who];
    const bytes = belt.take(count);
    progress.feed(bytes);
    const failedBefore = this.#failed(who);
    const wasOpen = handshake.connection !== undefined;
    if (bytes.length > 0) handshake.receiveData(bytes);
    if (handshake instanceof ServerHandshake && handshake.request && handshake.state === 'connecting')
      handshake.accept();
    if (belt.ended && belt.length === 0 && !belt.endArrived) {
      belt.endArrived = true;
      handshake.receiveEof();
    }
    const events = [...(handshake.connection?.events() ?? [])].map(eventText);
    if (!wasOpen && handshake.connection !== undefined) events.unshift('open');
    if (handshake.error !== undefined && !failedBefore)
      events.push(`error ${handshake.error.kind}: ${handshake.error.message}`);
    const failed = this.#failed(who) && !failedBefore;
    this.ledger.push({ kind: 'received', who, bytes, events: events.map(visible), failed, awaits: this.awaits(who) });
    this.#drain(who);
  }

  #failed(role: Role): boolean {
    const { handshake } = this.#endpoints[role];
    return handshake.error !== undefined || this.#errors.has(role);
  }

  /** Endpoints whose connection has reported an error. */
  get #errors(): ReadonlySet<Role> {
    const told = this.ledger.filter((entry) => entry.kind === 'received' && entry.events.some(isError));
    return new Set(told.map(({ who }) => who));
  }

  /** Puts what an endpoint wants to send onto its belt. */
  #drain(role: Role): void {
    const { handshake } = this.#endpoints[role];
    if (role === 'server' || this.#asked) {
      for (const bytes of handshake.dataToSend()) this.#put(role, bytes, 'head', firstLine(bytes));
    }
    const { connection } = handshake;
    if (connection === undefined) return;
    for (const bytes of connection.dataToSend()) {
      for (const frame of decodeFrames(bytes, { maxFrameSize: Number.POSITIVE_INFINITY })) {
        const wire = frame.masked ? encodeFrame({ ...frame, maskingKey: this.#key() }) : encodeFrame(frame);
        this.#put(role, wire, 'frame', '');
      }
    }
    const belt = this.belts[role];
    if (connection.writeEnded && !belt.ended) {
      belt.ended = true;
      this.#note(role, 'ends its side of the transport');
    }
  }

  #put(who: Role, wire: Uint8Array<ArrayBuffer>, kind: Parcel['kind'], text: string): void {
    if (wire.length === 0) return;
    if (this.belts[who].ended) {
      this.#note(who, 'can write nothing more');
      return;
    }
    const offset = this.belts[who].put(wire, kind);
    this.ledger.push({ kind: 'sent', who, text: visible(text), parcel: { wire, kind, offset } });
  }

  #note(who: Role, text: string): void {
    this.ledger.push({ kind: 'transport', who, text });
  }

  /** Keys that look random, and are the same whenever the scenario is played. */
  #key(): Uint8Array {
    const { mask } = this.#settings;
    if (mask === 'fixed') return FIXED_KEY;
    if (mask === 'zero') return new Uint8Array(4);
    return Uint8Array.from({ length: 4 }, () => {
      // Numerical Recipes' linear congruential generator: for the eye, not against an attacker.
      this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
      return this.#seed >>> 24;
    });
  }
}

const isError = (text: string): boolean => text.startsWith('error ');

type Call = Exclude<Action, { do: 'handshake' | 'deliver' | 'raw' | 'violate' | 'flip' | 'drop' | 'cut' }>;

function perform(connection: Connection, action: Call): void {
  switch (action.do) {
    case 'text':
      connection.sendText(action.text);
      return;
    case 'binary':
      connection.sendBinary(bytesOfText(action.hex, 'hex').bytes);
      return;
    case 'ping':
      connection.sendPing(action.text);
      return;
    case 'pong':
      connection.sendPong(action.text);
      return;
    case 'close':
      if (action.code === 0) connection.sendClose();
      else connection.sendClose(action.code, action.reason);
      return;
    case 'fragments':
      sendFragments(connection, action.text, action.parts);
  }
}

function sendFragments(connection: Connection, text: string, parts: number): void {
  const characters = [...text];
  const size = Math.max(Math.ceil(characters.length / parts), 1);
  for (let part = 0; part < parts; part += 1) {
    const fin = part === parts - 1;
    const piece = characters.slice(part * size, fin ? undefined : (part + 1) * size).join('');
    if (part === 0) connection.sendText(piece, { fin });
    else connection.sendContinuation(piece, { fin });
  }
}

/** Each frame by itself; what cannot be read comes last, in one piece. */
function framesIn(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const frames: Uint8Array<ArrayBuffer>[] = [];
  let end = 0;
  try {
    for (const { offset, headerLength, payloadLength } of decodeFrames(bytes)) {
      end = offset + headerLength + payloadLength;
      frames.push(bytes.slice(offset, end));
    }
  } catch {
    frames.push(bytes.slice(end));
  }
  return frames.length > 0 ? frames : [joined([bytes])];
}

const firstLine = (bytes: Uint8Array): string => visibleBytes(bytes).split('\\r\\n')[0] ?? '';

const SHOWN = 60;

/** An event as one writes it down. */
function eventText(event: ConnectionEvent): string {
  switch (event.type) {
    case 'text':
      return `text ${JSON.stringify(event.data.length > SHOWN ? `${event.data.slice(0, SHOWN)}…` : event.data)}`;
    case 'binary':
      return `binary, ${event.data.length} bytes`;
    case 'ping':
    case 'pong':
      return `${event.type} ${JSON.stringify(visibleBytes(event.data))}`;
    case 'close':
      return `close ${event.code}${event.reason === '' ? '' : ` ${JSON.stringify(event.reason)}`}`;
    case 'error':
      return `error ${event.error.kind}, closes with ${event.error.closeCode}: ${event.error.message}`;
    default:
      return event.type;
  }
}
