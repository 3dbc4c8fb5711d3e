// Figures as people read them: three digits, and a unit that fits.

const scaled = (value, [unit, ...more], step) =>
  value >= step * 0.9995 && more.length > 0 ? scaled(value / step, more, step) : `${digits(value)} ${unit}`;

/** Three digits that count. */
export const digits = (value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** Nanoseconds. */
export const ns = (value) => scaled(value, ['ns', 'µs', 'ms', 's'], 1000);

/** Bytes. */
export const bytes = (value) => scaled(value, ['B', 'KiB', 'MiB', 'GiB'], 1024);
