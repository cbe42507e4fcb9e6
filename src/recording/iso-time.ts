// Times of a stream as text. Damaged ones can lie beyond what a date can say.

/** Most milliseconds from the epoch that a date can say: 100 million days. */
const MAX_MS = 8.64e15;

/** ISO 8601 UTC of milliseconds since the epoch, the nearest that can be said. */
export function isoTime(epochMs: number): string {
  return new Date(Math.max(-MAX_MS, Math.min(MAX_MS, epochMs))).toISOString();
}
