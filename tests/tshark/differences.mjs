// Where tshark and the engine do not say the same, and why. Each line is one that compare.mjs gives.

/** The version that these were found with: later ones have some of it mended. */
export const version = '4.0';

const reasons = {
  compressedFragments:
    'tshark 4.0 does not inflate a message that was sent in fragments, and shows its compressed bytes',
  compressedEmpty: 'tshark does not inflate a message that is empty, and shows the byte that it is compressed to',
  emptyLast: 'tshark does not put a message together that ends with an empty fragment',
  sharedFragments:
    'tshark keeps fragments by connection, not by direction: some that the server left are put before the text',
  lost: 'tshark finds no frame any more in a direction that lost a segment',
  cut: 'tshark shows no frame that the capture does not hold whole',
  noHandshake: 'tshark takes a connection whose handshake is not in the capture for plain TCP',
  noRequest: 'tshark takes a connection whose request is not in the capture for plain HTTP',
  noUpgrade: 'tshark does not take an answer without Upgrade for the beginning of a WebSocket',
  window: 'tshark inflates with the largest window, whatever was negotiated',
  brokenDeflate: 'tshark shows what came out before the fault, the engine what is on the wire',
  implausible: 'tshark waits for the 2 GiB that the frame claims; the engine looks for frames behind it',
  compressedContinuation:
    'tshark takes a message for compressed if its last fragment has RSV1, which RFC 7692 §6.1 forbids, and cannot inflate it',
  oneByteClose: 'tshark shows no body of a Close that is too short for a code',
  topBit: 'tshark casts the length to 32 bits, and so finds a frame of 5 bytes',
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
