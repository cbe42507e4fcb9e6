// Which tracks of a call are listened to, and what is told of the others.

import { expect, test } from 'vitest';
import { DumpBuilder } from '../../../fixtures/dump-builder.ts';
import type { CallFacts } from '../../../src/cli/transcribe/call-audio.ts';
import { dumpCall } from '../../../src/cli/transcribe/dump-call.ts';
import { memorySource } from '../../recording/memory-source.ts';

/** Hears a dump whose tracks 3 and 5 have these names. */
async function heard(first: string, second: string) {
  const dump = new DumpBuilder({
    trackNumbers: { from: 3, to: 5 },
    plan: {
      shape: {
        tracks: [
          { number: 3, name: first },
          { number: 5, name: second },
        ],
      },
    },
  });
  dump.add();
  dump.add();
  const calls: CallFacts[] = [];
  const frames: Record<string, number> = {};
  const told: unknown[] = [];
  const listener = {
    begin: (facts: CallFacts) => void calls.push(facts),
    audio(direction: string, position: number, pcm: Uint8Array) {
      expect(position).toBe(frames[direction] ?? 0);
      frames[direction] = position + pcm.length / 2;
    },
    paced: async () => {},
  };
  await dumpCall(
    memorySource(dump.finish().bytes),
    listener,
    {
      track: 'both',
      gapToleranceMs: 100,
      contactId: undefined,
      match: undefined,
      signal: new AbortController().signal,
    },
    { onUnheard: ({ direction, number }, reason) => told.push([direction, number, reason]) },
  );
  expect(calls).toHaveLength(1);
  return { frames, told };
}

test('the directions of a call, and nothing to tell', async () => {
  expect(await heard('AUDIO_FROM_CUSTOMER', 'AUDIO_TO_CUSTOMER')).toEqual({
    frames: { from: 5120, to: 5120 },
    told: [],
  });
});

test('of two tracks that do not say whose they are, one is heard, and the other is told of once', async () => {
  expect(await heard('Audio', 'Audio')).toEqual({
    frames: { unknown: 5120 },
    told: [['unknown', 5, 'neither it nor track 3, which is heard, says whose it is']],
  });
});

test('a track without a direction beside one with, and the other way round', async () => {
  expect(await heard('AUDIO_FROM_CUSTOMER', 'Audio')).toEqual({
    frames: { from: 5120 },
    told: [['unknown', 5, 'it does not say whose it is, and the track that the call began with does']],
  });
  expect(await heard('Audio', 'AUDIO_FROM_CUSTOMER')).toEqual({
    frames: { unknown: 5120 },
    told: [['from', 5, 'it says whose it is, but the track that the call began with does not']],
  });
});
