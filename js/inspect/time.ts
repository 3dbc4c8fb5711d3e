/** Times of records. */

/** Seconds since 1970 of a date (ISO 8601) with all digits, which a number would not keep. */
export function epochOf(time: string): string {
  const [whole = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return `${Date.parse(`${whole}Z`) / 1000}.${fraction.padEnd(6, '0')}`;
}
