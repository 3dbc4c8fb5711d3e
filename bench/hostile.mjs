// The hostile vectors that name a time, and the time they take: node bench/hostile.mjs
//
// The tests hold what does not depend on the machine, the place where a bomb stops and the growth with the size. The
// times are for a person to read.

import { Connection } from 'sansocket';
import { connectionOptions, inputOf, vector } from '../tests/js/support/vectors.mjs';
import { median, printTable } from './lib/compare.mjs';

const RUNS = 9;

/** Milliseconds of processor time to receive the vector, one figure a run: the first with code that has never run. */
function timesOf(id, options) {
  const input = inputOf(vector(id));
  const times = Array.from({ length: RUNS }, () => {
    const connection = new Connection({ ...connectionOptions(vector(id)), ...options });
    const begin = process.cpuUsage();
    connection.receiveData(input);
    const { user, system } = process.cpuUsage(begin);
    connection.free();
    return (user + system) / 1000;
  });
  return { times, mebibytes: input.length / 2 ** 20 };
}

function row(name, times, allowed) {
  const figure = (milliseconds) => milliseconds.toFixed(1);
  return { name, 'first, ms': figure(times[0]), 'median, ms': figure(median(times)), 'allowed, ms': allowed };
}

const bomb = timesOf('L07');
const blocks = timesOf('L09', { maxMessageSize: Infinity });
const perMebibyte = blocks.times.map((milliseconds) => milliseconds / blocks.mebibytes);
printTable([
  row('L07, until a bomb is refused', bomb.times, vector('L07').expect.max_ms),
  row('L09, for each MiB of blocks with nothing but codes', perMebibyte, vector('L09').expect.max_ms_per_mib_input),
]);
