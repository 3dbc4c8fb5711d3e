// Where tshark and the engine do not show the same, and what each shows. Each line is one that compare.mjs gives.

/** The version that these were found with. Others may show something else. */
export const version = '4.0';

const reasons = {
  compressedFragments:
    'of a compressed message in fragments tshark shows the bytes on the wire, the engine what they inflate to',
  compressedEmpty: 'of a compressed message that is empty tshark shows the byte on the wire, the engine nothing',
  emptyLast: 'with an empty fragment that is the last tshark shows nothing, the engine the whole message',
  sharedFragments: 'tshark shows the text twice, the engine once: the server has sent the same in fragments before',
  lost: 'from a segment that is missing on, tshark shows no frame of that direction',
  cut: 'tshark shows no frame that the capture does not hold whole',
  noHandshake: 'of a connection whose handshake is not in the capture tshark shows no frame',
  noRequest: 'of a connection whose request is not in the capture tshark shows no frame',
  noUpgrade: 'behind an answer without Upgrade tshark shows no frame',
  window:
    'it refers farther back than the window that was negotiated (RFC 7692 §7.1.2): tshark inflates it, the engine shows what is on the wire',
  brokenDeflate: 'of broken compressed data tshark shows what came out of it, the engine what is on the wire',
  implausible: 'behind the header of a frame of 2 GiB tshark shows no frame, the engine those that it finds there',
  compressedContinuation:
    'a last fragment has RSV1, for which RFC 7692 §6.1 has the first one only: tshark shows nothing, the engine the message',
  oneByteClose: 'of a Close with a body of one byte, which is too short for a code, tshark shows no body',
  topBit:
    'a length has its first bit set, which RFC 6455 §5.2 forbids: tshark shows a payload of 5 bytes, the engine none',
};

/** By capture: each difference with its reason. */
export const differences = {
  'endings.pcap': { '5 s2c: only the engine has 1 to 1': reasons.cut },
  'frag_pmd.pcap': { '0 c2s: payload of 2': reasons.compressedFragments },
  'gap.pcap': { '0 c2s: only the engine has 10 to 19': reasons.lost },
  'gap_inside.pcap': { '0 s2c: only the engine has 1 to 3': reasons.lost },
  'gap_pmd.pcap': { '0 s2c: only the engine has 2 to 3': reasons.lost },
  'hs_faults.pcap': {
    '10 c2s: only the engine has 1 to 1': reasons.noUpgrade,
    '10 s2c: only the engine has 1 to 1': reasons.noUpgrade,
  },
  'inflate.pcap': {
    '0 s2c: payload of 1': reasons.window,
    '0 s2c: payload of 2': reasons.window,
    '1 c2s: payload of 1': reasons.brokenDeflate,
  },
  'mid.pcap': {
    '0 c2s: only the engine has 1 to 1': reasons.noHandshake,
    '0 s2c: only the engine has 1 to 1': reasons.noHandshake,
  },
  'mid_pmd.pcap': {
    '0 c2s: only the engine has 1 to 1': reasons.noHandshake,
    '0 s2c: only the engine has 1 to 3': reasons.noHandshake,
  },
  'odd.pcap': {
    '0 c2s: payload of 6': reasons.compressedContinuation,
    '0 s2c: only the engine has 2 to 6': reasons.implausible,
  },
  'other_upgrades.pcap': {
    '2 c2s: only the engine has 1 to 1': reasons.noRequest,
    '2 s2c: only the engine has 1 to 2': reasons.noRequest,
    '3 c2s: only the engine has 1 to 1': reasons.noRequest,
    '3 s2c: only the engine has 1 to 2': reasons.noRequest,
  },
  'pmd_frag_mix.pcap': {
    '0 c2s: payload of 4': reasons.compressedFragments,
    '0 c2s: payload of 7': reasons.compressedFragments,
  },
  'utf8.pcap': { '0 c2s: payload of 12': reasons.emptyLast },
  'viol.pcap': { '0 c2s: payload of 13': reasons.oneByteClose, '0 s2c: payload of 4': reasons.topBit },
  'real/bun_server.pcap': {
    '0 c2s: payload of 4': reasons.compressedEmpty,
    '0 c2s: payload of 9': reasons.compressedFragments,
  },
  'real/chromium.pcapng': {
    '1 c2s: payload of 4': reasons.compressedEmpty,
    '1 s2c: payload of 9': reasons.compressedFragments,
    '1 s2c: payload of 12': reasons.compressedFragments,
    '2 c2s: payload of 4': reasons.compressedEmpty,
  },
  'real/chromium_websockets.pcap': {
    '2 c2s: payload of 4': reasons.compressedEmpty,
    '2 s2c: payload of 10': reasons.compressedFragments,
  },
  'real/deno_bun.pcapng': { '1 s2c: payload of 9': reasons.compressedFragments },
  'real/firefox.pcap': {
    '1 s2c: payload of 9': reasons.compressedFragments,
    '1 s2c: payload of 12': reasons.compressedFragments,
  },
  'real/websockets_client_sll2.pcap': {
    '0 c2s: payload of 4': reasons.compressedEmpty,
    '0 c2s: payload of 10': reasons.compressedFragments,
    '0 s2c: payload of 11': reasons.compressedFragments,
    '0 s2c: payload of 14': reasons.compressedFragments,
  },
  'real/websockets_server_sll.pcap': {
    '0 s2c: payload of 10': reasons.emptyLast,
    '0 c2s: payload of 11': reasons.sharedFragments,
  },
  'real/ws_interleaved.pcapng': {
    '0 c2s: payload of 4': reasons.compressedEmpty,
    '0 c2s: payload of 9': reasons.compressedFragments,
    '0 c2s: payload of 14': reasons.compressedFragments,
    '0 s2c: payload of 11': reasons.compressedFragments,
    '0 s2c: payload of 15': reasons.compressedFragments,
  },
  'real/ws_keep_alive.pcap': {
    '0 c2s: payload of 4': reasons.compressedEmpty,
    '0 c2s: payload of 9': reasons.compressedFragments,
    '0 c2s: payload of 14': reasons.compressedFragments,
    '0 s2c: payload of 11': reasons.compressedFragments,
    '0 s2c: payload of 15': reasons.compressedFragments,
  },
  'real/ws_late.pcap': {
    '0 c2s: only the engine has 1 to 7': reasons.noHandshake,
    '0 s2c: only the engine has 1 to 10': reasons.noHandshake,
    '1 c2s: only the engine has 1 to 7': reasons.noHandshake,
    '1 s2c: only the engine has 1 to 10': reasons.noHandshake,
  },
  'real/ws_takeover.pcapng': {
    '0 c2s: payload of 4': reasons.compressedEmpty,
    '0 c2s: payload of 9': reasons.compressedFragments,
    '0 c2s: payload of 14': reasons.compressedFragments,
    '0 s2c: payload of 11': reasons.compressedFragments,
    '0 s2c: payload of 15': reasons.compressedFragments,
  },
};
