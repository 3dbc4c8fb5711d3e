/** Bytes of an unmasked frame with so much payload. */
export const frameSize = (size) => size + (size < 126 ? 2 : size < 65_536 ? 4 : 10);

/** Bytes of the same frame, masked. */
export const masked = (size) => frameSize(size) + 4;
