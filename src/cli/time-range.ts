// Passages of a recording as people write them.

import type { TimeRange } from '../audio/redact.ts';
import { parseDuration } from '../duration.ts';
import { KvsrecError } from '../errors.ts';

/**
 * Passages from `1000-2000`, `1s-2.5s` or `1:05-1:07.5`, several of them with commas between; milliseconds where no
 * unit stands.
 * @throws KvsrecError `bad-range` (exit 2).
 */
export function timeRanges(text: string): TimeRange[] {
  return text.split(',').map((range) => {
    const parts = range.split('-').map((time) => parseDuration(time));
    const [begin, end] = parts;
    if (parts.length !== 2 || begin === undefined || end === undefined || end < begin) throw badRange(range);
    return { begin, end };
  });
}

/**
 * Passages from the JSON that Connect Audio Utils takes: a list of `{"begin": ms, "end": ms}`, or an object with it
 * as `timestamps`. Numbers may be strings.
 * @throws KvsrecError `bad-range` (exit 2).
 */
export function rangesOfJson(text: string, name: string): TimeRange[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KvsrecError('bad-range', `${name} is no JSON`, { exitCode: 2, hint: JSON_HINT, cause });
  }
  const list = Array.isArray(value) ? value : (value as { timestamps?: unknown } | null)?.timestamps;
  if (!Array.isArray(list)) {
    throw new KvsrecError('bad-range', `${name} has no list of passages`, { exitCode: 2, hint: JSON_HINT });
  }
  return list.map((entry: { begin?: unknown; end?: unknown } | null, index) => {
    const begin = number(entry?.begin);
    const end = number(entry?.end);
    if (begin >= 0 && end >= begin && end < Number.POSITIVE_INFINITY) return { begin, end };
    throw new KvsrecError('bad-range', `${name}: passage ${index} has no begin and end in milliseconds`, {
      exitCode: 2,
      hint: JSON_HINT,
    });
  });
}

const JSON_HINT = 'Expected [{"begin": 1000, "end": 2000}, …], milliseconds.';

function number(value: unknown): number {
  return typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')
    ? Number(value)
    : Number.NaN;
}

function badRange(range: string): KvsrecError {
  return new KvsrecError('bad-range', `"${range}" is no passage of a recording`, {
    exitCode: 2,
    hint: 'Expected begin-end, as in 1000-2000 (milliseconds), 1s-2.5s or 1:05-1:07.5.',
  });
}
