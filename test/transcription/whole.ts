// What every test of sessions expects of a call: each word once and in its place, each sample sent as it is.

import { expect } from 'vitest';
import { interleaved, type MadeCall, RATE } from './call.ts';
import { firstMissing, type Outcome } from './line.ts';

export const words = (
  segments: readonly { direction?: string | undefined; startMs: number; text: string }[],
  direction: string,
) =>
  segments
    .filter((segment) => segment.direction === direction)
    .sort((a, b) => a.startMs - b.startMs)
    .flatMap(({ text }) => text.replaceAll('.', '').split(' '));

/** Every word once, in order; every sample sent as it is; nothing left hanging. */
export function expectWhole(call: MadeCall, outcome: Outcome, { quietEnd = false } = {}): void {
  for (const direction of ['from', 'to']) {
    expect(words(outcome.finals, direction)).toEqual(words(call.script.segments, direction));
  }
  const pieces = outcome.received.get(0)!;
  const expected = interleaved(call.from, call.to, 0, call.from.length);
  const missing = firstMissing(pieces, expected, 4);
  // Where a session breaks after the last word, nobody needs the silence behind it.
  const lastWordEnd = (Math.max(...call.script.segments.map(({ endMs }) => endMs)) * RATE) / 1000;
  if (!quietEnd || missing < lastWordEnd) expect(missing).toBe(-1);
  expect(outcome.hanging).toEqual([]);
  expect(outcome.summary).toMatchObject({ complete: true, failure: null, lateMs: 0 });
}

/** A word of a segment stands where the script has it. */
export function expectTimes(call: MadeCall, outcome: Outcome): void {
  const first = (text: string) => text.split(/[ .]/)[0]!;
  const starts = new Map(call.script.segments.map((one) => [first(one.text), one.startMs]));
  let compared = 0;
  for (const one of outcome.finals) {
    const start = starts.get(first(one.text));
    if (start === undefined) continue;
    compared++;
    expect(Math.abs(one.startMs - start)).toBeLessThanOrEqual(20);
  }
  expect(compared).toBeGreaterThan(call.script.segments.length / 2);
}
