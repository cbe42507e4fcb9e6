// Outlines brought to the width of a drawing.
import type { Peaks } from './peaks.ts';

/** Extremes and loudness of `low.length` equal columns. */
export interface Columns {
  low: Int16Array;
  high: Int16Array;
  rms: Float64Array;
}

/** Joins (or repeats) pieces so that there are `count` columns. */
export function columnsOf({ low, high, rms }: Peaks, count: number): Columns {
  const columns = {
    low: new Int16Array(count),
    high: new Int16Array(count),
    rms: new Float64Array(count),
  };
  const pieces = low.length;
  if (pieces === 0) return columns;
  for (let column = 0; column < count; column++) {
    const from = Math.floor((column * pieces) / count);
    const to = Math.max(from + 1, Math.floor(((column + 1) * pieces) / count));
    let energy = 0;
    for (let i = from; i < to; i++) {
      columns.low[column] = Math.min(columns.low[column]!, low[i]!);
      columns.high[column] = Math.max(columns.high[column]!, high[i]!);
      energy += rms[i]! * rms[i]!;
    }
    columns.rms[column] = Math.sqrt(energy / (to - from));
  }
  return columns;
}
