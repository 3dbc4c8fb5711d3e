/** A whole packet where one direction of a stream is expected, as `tcpdump -X` prints it and packet analysers copy it. */

const ETHERNET_BYTES = 14;
const TCP = 6;

/** Bytes of the headers before the payload of a TCP packet; 0 if these are not exactly one packet. */
export function headersOfPacket(bytes: Uint8Array): number {
  return ipHeaders(bytes, 0) || (isEthernet(bytes) ? ipHeaders(bytes, ETHERNET_BYTES) : 0);
}

function isEthernet(bytes: Uint8Array): boolean {
  const type = word(bytes, ETHERNET_BYTES - 2);
  return type === 0x0800 || type === 0x86dd;
}

/** No frame that is allowed begins with the 4 or 6 of a version, and its length has to fit as well. */
function ipHeaders(bytes: Uint8Array, start: number): number {
  const version = (bytes[start] ?? 0) >> 4;
  const length = bytes.length - start;
  if (version === 4) {
    const header = ((bytes[start] ?? 0) & 15) * 4;
    if (header < 20 || bytes[start + 9] !== TCP || word(bytes, start + 2) !== length) return 0;
    return tcpHeader(bytes, start + header);
  }
  if (version !== 6 || bytes[start + 6] !== TCP || word(bytes, start + 4) + 40 !== length) return 0;
  return tcpHeader(bytes, start + 40);
}

function tcpHeader(bytes: Uint8Array, start: number): number {
  const header = ((bytes[start + 12] ?? 0) >> 4) * 4;
  return header >= 20 && start + header <= bytes.length ? start + header : 0;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
