// Lengths of time as people write them: the one language of flags, variables, config files, passages and faults.

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** What a length of time may look like, for messages. */
export const DURATION_FORMS = '500, 500ms, 30s, 1.5m, 2h or 1:30';

/** The longest that Node's timers wait, in milliseconds; what is longer they do not wait at all. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A length of time in milliseconds, to the microsecond: `500` and `500ms`, `30s`, `1.5m`, `2h`, or a clock's `1:30`,
 * `90:00`, `1:02:03.5`; undefined for anything else.
 */
export function parseDuration(text: string): number | undefined {
  const words = text.trim();
  const plain = /^(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h)?$/.exec(words);
  if (plain) return exact(Number(plain[1]) * UNIT_MS[(plain[2] ?? 'ms') as keyof typeof UNIT_MS]);
  // 1:75 is a slip of the pen, and nobody can tell of which: parts below the first stay below 60.
  const clock = /^(?:(\d+):([0-5]?\d)|(\d+)):([0-5]?\d(?:\.\d+)?)$/.exec(words);
  if (!clock) return undefined;
  const [, hours = '0', minutes, minutesAlone, seconds] = clock;
  return exact(((Number(hours) * 60 + Number(minutes ?? minutesAlone)) * 60 + Number(seconds)) * 1000);
}

/** Without what binary fractions add: 1:05.1 is 65100 ms, not 65099.99999999999. */
function exact(ms: number): number | undefined {
  return ms <= Number.MAX_SAFE_INTEGER ? Math.round(ms * 1000) / 1000 : undefined;
}
