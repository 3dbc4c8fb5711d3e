// Which cases of Autobahn's suite are run, and how many they are.

const numbered = (group, count) => Array.from({ length: count }, (_, index) => `${group}.${index + 1}`);

/** There is no group 8, and no group 11. */
const groups = [1, 2, 3, 4, 5, 6, 7, 9, 10].map((group) => `${group}.*`);

/** Of every kind of compression: messages of 1 KiB, and of 8 KiB in fragments of 256 bytes. */
const compressed = [...numbered(12, 5), ...numbered(13, 7)].flatMap((kind) => [`${kind}.4`, `${kind}.11`]);

/** `count`: a judge that knew fewer would not be noticed otherwise. */
export const selections = {
  quick: { patterns: [...groups, ...compressed], count: 301 + compressed.length },
  full: { patterns: [...groups, '12.*', '13.*'], count: 517 },
};
