// Sizes for people.

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** Bytes as `999 B`, `1.5 kB`, `119 MB`; decimal units. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (value >= 999.5 && unit < UNITS.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}
