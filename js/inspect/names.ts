/** What numbers of the protocol are called. */

/** An opcode in one word; `0x3` and the like for reserved ones. */
export function opcodeName(opcode: number): string {
  return OPCODES[opcode] ?? `0x${opcode.toString(16)}`;
}

const OPCODES: Readonly<Record<number, string>> = {
  0: 'cont',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
};

/** What a status code of a Close frame means, by the registry of IANA and RFC 6455 §7.4.2. */
export function closeName(code: number): string {
  const name = CLOSE_CODES[code];
  if (name !== undefined) return name;
  if (code >= 4000 && code <= 4999) return 'Private Use';
  return code >= 3000 && code <= 3999 ? 'Registered by a Library' : 'Not Allowed';
}

const CLOSE_CODES: Readonly<Record<number, string>> = {
  1000: 'Normal Closure',
  1001: 'Going Away',
  1002: 'Protocol Error',
  1003: 'Unsupported Data',
  1004: 'Reserved',
  1005: 'No Status Received',
  1006: 'Abnormal Closure',
  1007: 'Invalid Frame Payload Data',
  1008: 'Policy Violation',
  1009: 'Message Too Big',
  1010: 'Mandatory Extension',
  1011: 'Internal Error',
  1012: 'Service Restart',
  1013: 'Try Again Later',
  1014: 'Bad Gateway',
  1015: 'TLS Handshake',
};
