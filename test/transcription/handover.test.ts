// A transcript that one process leaves to another while somebody speaks: the segments are those of an uninterrupted one,
// whenever it happens.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TranscriptDirection, TranscriptSegment } from '../../src/transcript/segment.ts';
import type { Clock } from '../../src/transcription/clock.ts';
import type { Transcription } from '../../src/transcription/transcription.ts';
import { bytesOf, type MadeCall, makeCall, RATE } from './call.ts';
import { type Outcome, type RunOptions, runCall } from './line.ts';
import { expectTimes, words } from './whole.ts';

/** Calls in CI; raise it to look harder. */
const CALLS = 4;

const PIECE = RATE / 5;

async function deliverPieces(
  transcription: Transcription,
  { from, to }: MadeCall,
  clock: Clock,
  [first, last]: readonly [number, number],
): Promise<void> {
  for (let at = first; at < last; at += PIECE) {
    const end = Math.min(last, at + PIECE);
    await clock.sleep(((end - at) * 1000) / RATE);
    transcription.write('from', at, bytesOf(from, at, end));
    transcription.write('to', at, bytesOf(to, at, end));
  }
}

/** A call that is left to another process at `cut`, with `mostFrames` of a direction at the most. */
async function handedOver(
  call: MadeCall,
  cut: number,
  mostFrames: number,
  options: RunOptions = {},
): Promise<{ outcome: Outcome; leftFrames: number }> {
  let leftFrames = 0;
  const outcome = await runCall(call, {
    ...options,
    async deliver(first, _call, clock, begin) {
      await deliverPieces(first, call, clock, [0, cut]);
      await first.leave(mostFrames);
      const left = first.left(mostFrames)!;
      first.dispose();
      const second = begin(left);
      for (const [direction, { start, pcm }] of Object.entries(left)) {
        expect(start + pcm.length / 2).toBe(cut);
        leftFrames = Math.max(leftFrames, pcm.length / 2);
        second.write(direction as TranscriptDirection, start, pcm);
      }
      await deliverPieces(second, call, clock, [cut, call.from.length]);
      return second;
    },
  });
  return { outcome, leftFrames };
}

/** Who says what from when on, in order. */
const items = (segments: readonly Pick<TranscriptSegment, 'direction' | 'startMs' | 'endMs' | 'text'>[]) =>
  segments
    .map(({ direction, startMs, endMs, text }) => ({ direction, startMs, endMs, text }))
    .sort((a, b) => a.startMs - b.startMs || (a.direction < b.direction ? -1 : 1));

test('whatever the time of the handover', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0.5 * RATE, max: 14 * RATE }),
      fc.constantFrom('together', 'per-direction'),
      async (seed, cut, sessions) => {
        const call = makeCall(15_000, seed, { longestPauseMs: 400 });
        const whole = await runCall(call, { sessions });
        const { outcome, leftFrames } = await handedOver(call, cut, 20 * RATE, { sessions });
        expect(items(outcome.finals)).toEqual(items(whole.finals));
        expect(outcome.hanging).toEqual([]);
        expect(outcome.summary.complete).toBe(true);
        expect(leftFrames).toBeGreaterThan(0);
      },
    ),
    { numRuns: CALLS },
  );
});

test('more is begun than may be left: it is answered up to the last whole word', async () => {
  const call = makeCall(15_000, 3, { longestPauseMs: 150 });
  const cut = Math.round(7.3 * RATE);
  const { outcome, leftFrames } = await handedOver(call, cut, RATE);
  expect(leftFrames).toBeLessThanOrEqual(RATE);
  for (const direction of ['from', 'to']) {
    expect(words(outcome.finals, direction)).toEqual(words(call.script.segments, direction));
  }
  expectTimes(call, outcome);
  expect(outcome.hanging).toEqual([]);
});
