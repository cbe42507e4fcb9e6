// Passages of a recording as people write them.

import type { TimeRange } from '../audio/redact.ts';
import { KvsrecError } from '../errors.ts';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/**
 * Passages from `1000-2000`, `1s-2.5s` or `1:05-1:07.5`, several of them with commas between; milliseconds where no
 * unit stands.
 * @throws KvsrecError `bad-range` (exit 2).
 */
export function timeRanges(text: string): TimeRange[] {
  return text.split(',').map((range) => {
    const parts = range.split('-').map((time) => milliseconds(time.trim()));
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

/** A length of time: `500`, `500ms`, `30s`, `1.5m`, `2h` or `1:05.5`; undefined for anything else. */
export function milliseconds(text: string): number | undefined {
  const plain = /^(\d+(?:\.\d+)?|\.\d+)(ms|s|m|h)?$/.exec(text);
  if (plain) return Number(plain[1]) * UNIT_MS[(plain[2] ?? 'ms') as keyof typeof UNIT_MS];
  const clock = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(text);
  if (!clock) return undefined;
  return ((Number(clock[1] ?? 0) * 60 + Number(clock[2])) * 60 + Number(clock[3])) * 1000;
}

function badRange(range: string): KvsrecError {
  return new KvsrecError('bad-range', `"${range}" is no passage of a recording`, {
    exitCode: 2,
    hint: 'Expected begin-end, as in 1000-2000 (milliseconds), 1s-2.5s or 1:05-1:07.5.',
  });
}
