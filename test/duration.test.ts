import { describe, expect, test } from 'vitest';
import { untilOver } from '../src/cli/serving.ts';
import { timeRanges } from '../src/cli/time-range.ts';
import { checkValue } from '../src/config/check-value.ts';
import { LONGEST_TIMER_MS, parseDuration } from '../src/duration.ts';
import { parseFault } from '../src/simulator/fault-grammar.ts';

/** A length of time, as every place that takes one reads it. */
const PLACES: Record<string, (text: string) => unknown> = {
  'a setting': (text) => checkValue('idleTimeout', text, '--idle-timeout'),
  'a passage': (text) => timeRanges(`0-${text}`)[0]!.end,
  'a fault': (text) => (parseFault(`stall:for=${text}`) as { for?: number }).for,
};

describe.each(Object.entries(PLACES))('%s', (_place, read) => {
  test.each([
    ['500', 500],
    ['500ms', 500],
    ['250.5ms', 250.5],
    ['30s', 30_000],
    ['30 s', 30_000],
    ['.5s', 500],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
    ['1:30', 90_000],
    ['1:05.1', 65_100],
    ['90:00', 5_400_000],
    ['120:00', 7_200_000],
    ['1:02:03.5', 3_723_500],
  ])('takes %s', (text, ms) => expect(read(text)).toBe(ms));

  test.each(['', 's', '-1', '1d', '1.s', '1:75', '1:60:00', '1:2:3:4', ':30', '1e3', '9'.repeat(400)])(
    'refuses "%s"',
    (text) => expect(() => read(text)).toThrow(expect.objectContaining({ exitCode: 2 })),
  );
});

test('a length of time has no end of its own in binary fractions', () => {
  expect(parseDuration('1.005s')).toBe(1005);
  expect(parseDuration('0:00.0004')).toBe(0.4);
});

test('a setting that is not a length of time says what is one', () => {
  expect(() => checkValue('maxDuration', 'soon', '--max-duration')).toThrow(/such as 500, .* or 1:30/);
});

test('what is to go on for longer than a timer can wait does not end at once', async () => {
  const interruption = new AbortController();
  let over = false;
  const waiting = untilOver(interruption.signal, LONGEST_TIMER_MS + 1).then(() => {
    over = true;
  });
  // A timer that cannot wait so long fires after a millisecond, before this one.
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(over).toBe(false);
  interruption.abort();
  await waiting;
});
