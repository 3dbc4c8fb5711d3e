// What every testee has in common.

/** Group 9 sends messages of 16 MiB, and one of 4 MiB in frames of 64 bytes, to which wstest adds an empty one. */
export const limits = { maxMessageSize: 16 << 20, maxFragments: (1 << 16) + 1 };

export const perMessageDeflate = true;

/** Milliseconds for the peer to end the connection after the closing handshake. */
export const CLOSE_TIMEOUT = 10_000;
