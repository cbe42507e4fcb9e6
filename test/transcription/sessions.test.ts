// Sessions that break, calls that are silent, slow or long: with the SDK's client against the stand-in, over HTTP/2.

import { describe, expect, test } from 'vitest';
import { EXCEPTIONS, type TranscribeFault } from '../../src/simulator/transcribe/script.ts';
import { bytesOf, makeCall, RATE, random } from './call.ts';
import { firstMissing, runCall } from './line.ts';
import { expectTimes, expectWhole, words } from './whole.ts';

/** Session breaks in the chaos test; a script can ask for more. */
const BREAKS = 200;

test('a call in one session: every word, every sample, times as spoken', async () => {
  const call = makeCall(40_000, 3);
  const outcome = await runCall(call, {});
  expectWhole(call, outcome);
  expectTimes(call, outcome);
  expect(outcome.summary).toMatchObject({ sessions: 1, resentMs: 0, breaks: [] });
  expect(outcome.partials).toBeGreaterThan(call.script.segments.length);
  expect(outcome.finals[0]!.startTime).toBe(
    new Date(Date.UTC(2026, 0, 5, 9) + outcome.finals[0]!.startMs).toISOString(),
  );
});

describe('sessions that break', () => {
  test(`${BREAKS} breaks of every kind at random places`, async () => {
    const calls = 5;
    let breaks = 0;
    for (let index = 0; index < calls; index++) {
      const next = random(100 + index);
      const call = makeCall(60_000, 20 + index);
      const faults: TranscribeFault[] = Array.from({ length: Math.ceil(BREAKS / calls) + 5 }, (_, i) => {
        const kind = (['reset', 'close', 'exception', 'exception', 'reset'] as const)[
          Math.floor(next() * 5)
        ]!;
        const atOnce = next() < 0.15;
        return {
          session: i + 1,
          kind,
          ...(atOnce ? {} : { afterMs: Math.floor(next() ** 2 * 6000) }),
          ...(kind === 'exception' ? { exception: EXCEPTIONS[Math.floor(next() * EXCEPTIONS.length)]! } : {}),
        };
      });
      const outcome = await runCall(
        { ...call, script: { ...call.script, faults } },
        {
          rules: { deafMs: 3_600_000, catchUp: 2.5, throttleMs: [500, 2000] },
          standInRules: { maxPace: 4 },
        },
      );
      expectWhole(call, outcome, { quietEnd: true });
      expectTimes(call, outcome);
      breaks += outcome.summary.breaks.length;
    }
    expect(breaks).toBeGreaterThanOrEqual(BREAKS);
  });

  test.each(['stall', 'mute'] as const)(
    'a session that only takes audio, or not even that: %s',
    async (kind) => {
      const call = makeCall(60_000, 5);
      const faults: TranscribeFault[] = [{ session: 1, afterMs: 9000, kind }];
      const outcome = await runCall({ ...call, script: { ...call.script, faults } }, {});
      expectWhole(call, outcome);
      expect(outcome.summary.breaks[0]!.code).toMatch(/^(stalled|deaf)$/);
    },
  );

  test('at the end of the call, with what was begun not answered', async () => {
    const call = makeCall(20_000, 6);
    const last = call.script.segments.at(-1)!;
    const faults: TranscribeFault[] = [{ session: 1, afterMs: last.endMs - 100, kind: 'close' }];
    const outcome = await runCall({ ...call, script: { ...call.script, faults } }, {});
    expectWhole(call, outcome, { quietEnd: true });
  });

  test('throttled: waits its turn', async () => {
    const call = makeCall(15_000, 8);
    const faults: TranscribeFault[] = [1, 2, 3].map((session) => ({
      session,
      kind: 'exception',
      exception: 'LimitExceededException',
    }));
    const outcome = await runCall({ ...call, script: { ...call.script, faults } }, {});
    expectWhole(call, outcome);
    expect(outcome.summary.breaks.map(({ kind }) => kind)).toEqual(['throttled', 'throttled', 'throttled']);
  });

  test('what the service refuses ends the work at once, with its reason', async () => {
    const call = makeCall(6000, 9);
    const faults: TranscribeFault[] = [{ kind: 'exception', exception: 'BadRequestException' }];
    const outcome = await runCall({ ...call, script: { ...call.script, faults } }, {});
    expect(outcome.summary.complete).toBe(false);
    expect(outcome.summary.failure).toMatchObject({ code: 'BadRequestException' });
    expect(outcome.summary.sessions).toBeLessThanOrEqual(2);
  });

  test('sessions that answer the same again and again, and end, are not asked for without a pause', async () => {
    const call = makeCall(30_000, 10, { dead: 'to' });
    const faults: TranscribeFault[] = [{ afterMs: 2000, kind: 'close' }];
    const outcome = await runCall(
      { ...call, script: { ...call.script, faults } },
      { rules: { outageMs: 60_000 } },
    );
    expect(outcome.summary.failure).toMatchObject({ code: 'ended' });
    // Waits of up to ten seconds, a quarter of a second at first.
    expect(outcome.sessions.length).toBeLessThan(30);
  });

  test('a session per direction', async () => {
    const call = makeCall(40_000, 10);
    const faults: TranscribeFault[] = [
      { session: 1, afterMs: 7000, kind: 'reset' },
      { session: 2, afterMs: 11_000, kind: 'close' },
    ];
    const outcome = await runCall(
      { ...call, script: { ...call.script, faults } },
      { sessions: 'per-direction' },
    );
    for (const direction of ['from', 'to']) {
      expect(words(outcome.finals, direction)).toEqual(words(call.script.segments, direction));
    }
    expect(outcome.sessions.every(({ parameters }) => parameters.channels === 1)).toBe(true);
    expect(outcome.summary.sessions).toBe(4);
  });

  test('one direction is given up: the other is not held up by what was left of it', async () => {
    const call = makeCall(40_000, 10);
    const outcome = await runCall(call, {
      sessions: 'per-direction',
      standInRules: { maxSessions: 1 },
      rules: { throttledMs: 8000 },
      deliver: async (transcription, { from, to }, clock) => {
        for (let at = 0; at < from.length; at += RATE) {
          transcription.write('from', at, bytesOf(from, at, at + RATE));
          transcription.write('to', at, bytesOf(to, at, at + RATE));
          // A source that can wait, at the pace of speech.
          await clock.sleep(1000);
          await transcription.ready();
        }
      },
    });
    // Whichever came first got the only session, and has heard the whole call.
    const [[line, pieces]] = [...outcome.received] as [[number, { position: number; pcm: Buffer }[]]];
    const heard = line === 0 ? call.from : call.to;
    expect(firstMissing(pieces, Buffer.from(bytesOf(heard)), 2)).toBe(-1);
    expect(outcome.summary).toMatchObject({ complete: false, failure: { code: 'LimitExceededException' } });
  });

  test('taken up again under its id', async () => {
    const call = makeCall(30_000, 11);
    const faults: TranscribeFault[] = [{ session: 1, afterMs: 9000, kind: 'close' }];
    const outcome = await runCall({ ...call, script: { ...call.script, faults } }, { resumable: true });
    expectWhole(call, outcome);
    expect(new Set(outcome.sessions.map(({ id }) => id)).size).toBe(1);
    expect(outcome.sessions[0]!.parameters.values.get('session-resume-window')).toBe('300');
  });
});

describe('the 15-second rule', () => {
  test('one dead direction for 10 minutes', { timeout: 120_000 }, async () => {
    const call = makeCall(600_000, 12, { dead: 'to' });
    const outcome = await runCall(call, {
      deliver: async (transcription, { from }, clock) => {
        const start = clock.now();
        for (let at = 0; at < from.length; at += RATE) {
          await clock.sleep(start + ((at + RATE) * 1000) / RATE - clock.now());
          transcription.write('from', at, bytesOf(from, at, Math.min(from.length, at + RATE)));
        }
      },
    });
    expectWhole(call, outcome);
    expect(outcome.summary.sessions).toBe(1);
  });

  test('a call on hold: nothing comes for two minutes, then it goes on where its clock says', async () => {
    const call = makeCall(180_000, 13);
    const [holdFrom, holdTo] = [30 * RATE, 150 * RATE];
    const audible = { from: call.from.slice(), to: call.to.slice() };
    for (const samples of Object.values(audible)) samples.fill(0, holdFrom, holdTo);
    const spoken = call.script.segments.filter(({ startMs, endMs }) => endMs < 29_800 || startMs > 150_000);
    // Nobody is cut off in mid-word.
    for (const samples of Object.values(audible)) {
      for (const { startMs, endMs } of call.script.segments) {
        if (startMs < 30_000 && endMs >= 29_800)
          samples.fill(0, Math.floor((startMs * RATE) / 1000), holdFrom);
        if (startMs <= 150_000 && endMs > 150_000) samples.fill(0, holdTo, Math.ceil((endMs * RATE) / 1000));
      }
    }
    const script = { segments: spoken };
    const outcome = await runCall(
      { ...call, ...audible, script },
      {
        deliver: async (transcription, { from, to }, clock) => {
          const start = clock.now();
          for (let at = 0; at < from.length; at += RATE) {
            await clock.sleep(start + ((at + RATE) * 1000) / RATE - clock.now());
            if (at >= holdFrom && at < holdTo) continue;
            transcription.write('from', at, bytesOf(from, at, at + RATE));
            transcription.write('to', at, bytesOf(to, at, at + RATE));
          }
        },
      },
    );
    for (const direction of ['from', 'to']) {
      expect(words(outcome.finals, direction)).toEqual(words(spoken, direction));
    }
    expectTimes({ ...call, script }, outcome);
    expect(outcome.summary).toMatchObject({ sessions: 1, breaks: [], complete: true });
    expect(outcome.summary.silenceMs).toBeGreaterThan(40_000);
    // What stood in for the gap was not sent a second time.
    expect(outcome.sessions[0]!.frames).toBeLessThan(1.05 * call.from.length);
  });
});

test('a consumer slower than the call: nothing is lost', async () => {
  const call = makeCall(60_000, 15);
  // The sessions take audio at the pace of speech; the call comes ten times as fast.
  const outcome = await runCall(call, {
    rules: { catchUp: 1, memoryBlocks: 8 },
    deliver: async (transcription, { from, to }, clock) => {
      for (let at = 0; at < from.length; at += RATE) {
        transcription.write('from', at, bytesOf(from, at, Math.min(from.length, at + RATE)));
        transcription.write('to', at, bytesOf(to, at, Math.min(to.length, at + RATE)));
        await clock.sleep(100);
      }
    },
  });
  expectWhole(call, outcome);
});
