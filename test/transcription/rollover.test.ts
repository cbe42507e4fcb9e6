// A session that has to be replaced while somebody speaks: no word is lost, none comes twice, whenever it happens.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeCall } from './call.ts';
import { runCall } from './line.ts';
import { expectTimes, expectWhole } from './whole.ts';

/** Calls in CI; raise it to look harder. */
const CALLS = 5;

type Sessions = 'together' | 'per-direction';

async function expectRolledOver(seed: number, rolloverMs: number, sessions: Sessions): Promise<void> {
  // Both speak all the time, so that there is hardly a pause to wait for.
  const call = makeCall(20_000, seed, { longestPauseMs: 150 });
  const outcome = await runCall(call, { rules: { rolloverMs }, sessions });
  if (sessions === 'together') expectWhole(call, outcome);
  expectTimes(call, outcome);
  const said = (direction: string) =>
    outcome.finals
      .filter((one) => one.direction === direction)
      .sort((a, b) => a.startMs - b.startMs)
      .map(({ text }) => text)
      .join(' ');
  for (const direction of ['from', 'to']) {
    const script = call.script.segments.filter((one) => one.direction === direction);
    expect(said(direction)).toBe(script.map(({ text }) => text).join(' '));
  }
  expect(outcome.summary.breaks).toEqual([]);
  expect(outcome.summary.sessions).toBeGreaterThan(1);
  // Only what lies around the rollovers goes twice.
  expect(outcome.summary.resentMs).toBeLessThan(outcome.summary.sessions * 2500);
}

test('whatever the time of the rollover', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 2000, max: 9000 }),
      fc.constantFrom<Sessions>('together', 'per-direction'),
      expectRolledOver,
    ),
    { numRuns: CALLS, seed: 1 },
  );
});

test('one falls silent for longer than a session lasts, while the other speaks: the sessions go on', async () => {
  await expectRolledOver(259, 2000, 'together');
});
