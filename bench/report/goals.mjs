// What is to be reached, as ratios against ws: one number for each of SIZES, where there is a goal.

/** The sizes of the table. */
export const SIZES = ['16 B', '125 B', '1 KiB', '16 KiB', '1 MiB'];

/** Its goals. */
export const GOALS = {
  'decode masked text': [15, 12, 5, 2, 3],
  'decode masked non-ASCII text': [8, 6, 3, 2.5, 2.2],
  'decode unmasked text': [12, 8, 4, 1.6, 3.4],
  'decode masked binary, in the chunk': [8, 6, 2, 1, 1],
  'decode masked binary, transient view': [11, 9, 6, 2, 2.5],
  'decode masked binary, reserve and commit': [11, 9, 7, 4, 5],
  'decode unmasked binary, in the chunk': [3.5, 3.5, 2.6, 1.3, 1],
  'one masked text frame per chunk': [4, 3.5, 3],
  'encode masked text, corked': [6, 5.5, 3.3, 1.2, 1.6],
  'encode masked binary, corked': [2, 3.5, 3, 1.5, 1],
  'encode unmasked text, corked': [3, 3, 2, 1, 1],
  'encode unmasked binary, corked': [3, 3, 2, 1, 1],
};

/** Its rows. */
export const ROWS = [
  'decode masked text',
  'decode masked text, reserve and commit',
  'decode masked non-ASCII text',
  'decode unmasked text',
  'decode masked binary, copied',
  'decode masked binary, in the chunk',
  'decode masked binary, transient view',
  'decode masked binary, reserve and commit',
  'decode masked binary, reserve and commit, transient view',
  'decode unmasked binary, copied',
  'decode unmasked binary, in the chunk',
  'frames of 4 KiB, masked binary',
  'one masked text frame per chunk',
  '1000 connections in turn, masked text',
  'byte by byte, masked text',
  'encode masked text, corked',
  'encode masked non-ASCII text, corked',
  'encode masked binary, corked',
  'encode unmasked text, corked',
  'encode unmasked binary, corked',
  'send in parts of 4 KiB, unmasked binary',
];

/** Of 190 B, 2 KiB and 64 KiB. */
export const DEFLATE_GOALS = {
  'inflate, takeover': [25, 4.5, 1.5],
  'compress, takeover': [2, 1.5, 1.1],
};
