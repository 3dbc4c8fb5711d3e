/** Cells of CSV (RFC 4180). */

/** A spreadsheet takes what begins with one of these for a formula, which a payload must not become. */
const FORMULA = /^[=+\-@\t\r]/;

/** A text as a cell. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^ | $/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
