// Times as a report writes them.

/** Milliseconds as `0:03.2` or, without tenths, `1:02:03`. */
export function timeText(milliseconds: number, tenths = true): string {
  const units = tenths ? Math.round(milliseconds / 100) : Math.round(milliseconds / 1000) * 10;
  const seconds = Math.floor(units / 10);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  return tenths ? `${clock}.${units % 10}` : clock;
}

/** A length for people: `320 ms`, `1.1 s`, `15 s`, `12 min 5 s`, `3 h 0 min`. */
export function lengthText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) {
    const seconds = milliseconds / 1000;
    return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** ISO 8601 UTC as `18 September 2024, 16:41:28 UTC`. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${date.toISOString().slice(11, 19)} UTC`;
}

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/** Milliseconds between the labels of an axis, so that there are at most `labels`. */
export function axisStep(durationMs: number, labels: number): number {
  const wanted = durationMs / 1000 / labels;
  const step = STEPS_S.find((seconds) => seconds >= wanted) ?? Math.ceil(wanted / 14400) * 14400;
  return step * 1000;
}
