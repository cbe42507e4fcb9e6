// The last words of a call: spoken right before its end, with a session that breaks after it has got all the audio.

import { describe, expect, test } from 'vitest';
import type { TranscribeFault } from '../../src/simulator/transcribe/script.ts';
import { bytesOf, type MadeCall, makeCall, RATE } from './call.ts';
import { runCall } from './line.ts';
import { expectTimes, expectWhole } from './whole.ts';

/** A call that ends with the last sample of its last word, on both channels at nearly the same time. */
function endingInSpeech(): MadeCall {
  const call = makeCall(9000, 31);
  const last = call.script.segments.reduce((a, b) => (b.endMs > a.endMs ? b : a));
  const other = call.script.segments.findLast(({ direction }) => direction !== last.direction)!;
  const frames = (last.endMs * RATE) / 1000;
  expect(last.endMs - other.endMs).toBeLessThan(4000);
  return {
    ...call,
    durationMs: last.endMs,
    from: call.from.slice(0, frames),
    to: call.to.slice(0, frames),
  };
}

const call = endingInSpeech();
const KINDS: Pick<TranscribeFault, 'kind' | 'exception'>[] = [
  { kind: 'close' },
  { kind: 'reset' },
  { kind: 'mute' },
  { kind: 'exception', exception: 'BadRequestException' },
  { kind: 'exception', exception: 'InternalFailureException' },
];

const broken = async (faults: TranscribeFault[], sessions: 'together' | 'per-direction' = 'together') =>
  await runCall({ ...call, script: { ...call.script, faults } }, { sessions });

describe('every point after the last audio', () => {
  // Results that are still to come when the audio ends: one a direction at the most.
  test.each(KINDS)('$kind $exception', async (fault) => {
    for (const afterEnd of [0, 1, 2]) {
      const outcome = await broken([{ session: 1, afterEnd, ...fault }]);
      expectWhole(call, outcome, { quietEnd: true });
      expectTimes(call, outcome);
      if (afterEnd === 0) expect(outcome.sessions.length).toBeGreaterThan(1);
    }
  });

  test('again and again', async () => {
    const outcome = await broken([
      { session: 1, afterEnd: 0, kind: 'close' },
      { session: 2, afterEnd: 0, kind: 'reset' },
    ]);
    expectWhole(call, outcome, { quietEnd: true });
    expect(outcome.summary.sessions).toBe(3);
  });

  test('a session for each direction', async () => {
    const outcome = await broken(
      [
        { session: 1, afterEnd: 0, kind: 'close' },
        { session: 2, afterEnd: 0, kind: 'close' },
      ],
      'per-direction',
    );
    expect(outcome.summary.sessions).toBeGreaterThan(2);
    for (const one of call.script.segments) {
      const said = outcome.finals.filter(({ direction }) => direction === one.direction);
      expect(said.map(({ text }) => text).join(' ')).toContain(one.text);
    }
  });
});

test('every chunk of the last two seconds', async () => {
  for (
    let afterMs = 200 * Math.floor(call.durationMs / 200) - 2000;
    afterMs <= call.durationMs;
    afterMs += 200
  ) {
    const kind = (afterMs / 200) % 2 === 0 ? 'close' : 'reset';
    expectWhole(call, await broken([{ session: 1, afterMs, kind }]), { quietEnd: true });
  }
});

test('noise at the end that nobody answers is sent once more, and no more than that', async () => {
  const frames = call.from.length + 20 * RATE;
  const from = new Int16Array(frames);
  from.set(call.from);
  for (let i = call.from.length; i < frames; i++) from[i] = i % 2 === 0 ? 900 : -900;
  const to = new Int16Array(frames);
  to.set(call.to);
  const noisy = { ...call, from, to, durationMs: call.durationMs + 20_000 };
  const outcome = await runCall(noisy, {
    deliver: async (transcription, all, clock) => {
      await clock.sleep(1000);
      transcription.write('from', 0, bytesOf(all.from));
      transcription.write('to', 0, bytesOf(all.to));
    },
  });
  expectWhole(noisy, outcome);
  expect(outcome.summary.sessions).toBe(2);
  expect(outcome.summary.resentMs).toBeLessThanOrEqual(10_200);
});
