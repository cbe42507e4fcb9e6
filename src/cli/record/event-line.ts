// What happens to a recording as lines of JSON on standard error (`--events`).
import type { CaptureEvent } from '../../recording/capture/request.ts';
import { isoTime } from '../../recording/iso-time.ts';

/** One line, safe to print: times are ISO 8601, `call` tells several calls apart. */
export function eventLine(event: CaptureEvent, call: string, now = Date.now()): string {
  const { event: name, ...facts } = event;
  const shown = Object.entries(facts).map(([key, value]) =>
    key !== 'waitMs' && key !== 'behindMs' && key.endsWith('Ms') && typeof value === 'number'
      ? [key.slice(0, -2), isoTime(value)]
      : [key, value],
  );
  return printableLine({ event: name, at: isoTime(now), call, ...Object.fromEntries(shown) });
}

/** JSON on one line in ASCII: nothing of it can steer a terminal. */
export function printableLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
