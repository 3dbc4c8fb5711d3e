// On any runtime: lives the lives of so many seeds from the first on, and says in JSON what was wrong, or `null`.

import { liveMany } from './life.mjs';

const [first, count] = process.argv.slice(2).map(Number);
const error = await liveMany(first, count).then(
  () => null,
  ({ stack }) => stack,
);
console.log(JSON.stringify(error));
