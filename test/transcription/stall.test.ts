// A stream that stalls while somebody speaks, and goes on later where it stood.

import { expect, test } from 'vitest';
import { bytesOf, makeCall, RATE } from './call.ts';
import { runCall } from './line.ts';
import { expectTimes, expectWhole } from './whole.ts';

/** A call that comes in pieces of 200 ms, with a stall in the middle of its word at `atMs`. */
async function stalledCall(atMs: number, stallMs: number, sessions: 'together' | 'per-direction') {
  const call = makeCall(20_000, 3, { longestPauseMs: 150 });
  const piece = RATE / 5;
  const stallAt = Math.floor((atMs * RATE) / 1000 / piece) * piece;
  const outcome = await runCall(call, {
    sessions,
    deliver: async (transcription, { from, to }, clock) => {
      for (let at = 0; at < from.length; at += piece) {
        await clock.sleep(at === stallAt ? stallMs : 200);
        transcription.write('from', at, bytesOf(from, at, at + piece));
        transcription.write('to', at, bytesOf(to, at, at + piece));
      }
    },
  });
  return { call, outcome };
}

test.each([5, 9])('for %i seconds: the session waits, without silence in the word', async (seconds) => {
  const { call, outcome } = await stalledCall(7300, seconds * 1000, 'together');
  expectWhole(call, outcome);
  expectTimes(call, outcome);
  expect(outcome.summary).toMatchObject({ sessions: 1, breaks: [], silenceMs: 0, resentMs: 0 });
});

test.each(['together', 'per-direction'] as const)(
  'for a minute: another session takes over at the last whole word (%s)',
  async (sessions) => {
    for (const atMs of [5000, 7300, 11_100]) {
      const { call, outcome } = await stalledCall(atMs, 60_000, sessions);
      if (sessions === 'together') expectWhole(call, outcome);
      expectTimes(call, outcome);
      for (const { direction, text } of call.script.segments) {
        const said = outcome.finals.filter((one) => one.direction === direction);
        const inOrder = said.sort((a, b) => a.startMs - b.startMs).map((one) => one.text);
        expect(inOrder.join(' ')).toContain(text);
      }
      expect(outcome.summary).toMatchObject({ complete: true, breaks: [] });
      expect(outcome.sessions.map(({ endedBy }) => endedBy)).not.toContain('BadRequestException');
    }
  },
);

test('again and again', async () => {
  const call = makeCall(20_000, 5, { longestPauseMs: 150 });
  const outcome = await runCall(call, {
    deliver: async (transcription, { from, to }, clock) => {
      for (let at = 0; at < from.length; at += RATE) {
        await clock.sleep(12_000);
        transcription.write('from', at, bytesOf(from, at, at + RATE));
        transcription.write('to', at, bytesOf(to, at, at + RATE));
      }
    },
  });
  expectWhole(call, outcome);
  expectTimes(call, outcome);
});

test('and the call is over: its last words are what they would have been', async () => {
  const call = makeCall(20_000, 3, { longestPauseMs: 150 });
  const said = async (endMs: number, stallMs: number) => {
    const { finals, summary } = await runCall(call, {
      deliver: async (transcription, { from, to }, clock) => {
        const end = (endMs * RATE) / 1000;
        await clock.sleep(endMs);
        transcription.write('from', 0, bytesOf(from, 0, end));
        transcription.write('to', 0, bytesOf(to, 0, end));
        await clock.sleep(stallMs);
      },
    });
    expect(summary.complete).toBe(true);
    return ['from', 'to'].map((direction) =>
      finals
        .filter((one) => one.direction === direction)
        .sort((a, b) => a.startMs - b.startMs)
        .map(({ text }) => text)
        .join(' '),
    );
  };
  for (const endMs of [5000, 7300, 9100]) {
    expect(await said(endMs, 60_000)).toEqual(await said(endMs, 0));
  }
});
