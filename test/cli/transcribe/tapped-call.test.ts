// Which tracks of a call are listened to, and what is told of the others.

import { describe, expect, test } from 'vitest';
import { CONTACT_ID } from '../../../fixtures/connect-profile.ts';
import { DumpBuilder } from '../../../fixtures/dump-builder.ts';
import type { CallFacts } from '../../../src/cli/transcribe/call-audio.ts';
import { dumpCall } from '../../../src/cli/transcribe/dump-call.ts';
import { TappedCall } from '../../../src/cli/transcribe/tapped-call.ts';
import type { TappedTrack } from '../../../src/recording/audio-tap.ts';
import { StreamSplitter } from '../../../src/recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../../src/recording/types.ts';
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
    named: () => {},
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

describe('a call whose id comes late', () => {
  const track = (contactId: string | null, startMs: number): TappedTrack => ({
    contactId,
    startMs,
    direction: 'from',
    number: 1,
    name: 'AUDIO_FROM_CUSTOMER',
    format: { kind: 'pcm', codec: 's16le', encoding: 'L16', sampleRate: 8000, channels: 1 },
  });
  const second = new Uint8Array(16_000);

  function listen() {
    const heard: unknown[] = [];
    const others: unknown[] = [];
    const call = new TappedCall(
      {
        begin: ({ contactId, startMs }) => void heard.push([contactId, startMs]),
        named: (contactId) => void heard.push(contactId),
        audio: (direction, position) => void heard.push([direction, position]),
        paced: async () => {},
      },
      { track: 'both', onOther: (contactId) => others.push(contactId) },
    );
    return { call, heard, others };
  }

  test('goes on on the clock that it began with', () => {
    const { call, heard, others } = listen();
    call.audio(track(null, 5000), 0, second);
    call.audio(track('c1', 6000), 0, second);
    // What both of a direction's recordings are filled up with at their end.
    call.silence(track('c1', 6000), 8000, 4000);
    call.silence(track(null, 5000), 8000, 80);
    call.audio(track('c2', 6500), 0, second);
    expect(heard).toEqual([[null, 5000], ['from', 0], 'c1', ['from', 8000]]);
    expect(call.lengthMs).toBe(2500);
    expect(others).toEqual(['c2']);
    expect(call.failure).toBeUndefined();
  });

  test('in a dump', async () => {
    const dump = new DumpBuilder();
    dump.add({ contactId: null });
    dump.add();
    const { call, heard, others } = listen();
    const splitter = new StreamSplitter(undefined, DEFAULT_RECORDING_OPTIONS, { tap: call });
    splitter.push(dump.finish().bytes);
    splitter.finish('dump');
    const places = heard
      .filter((one) => Array.isArray(one) && one[0] === 'from')
      .map((one) => (one as [string, number])[1]);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(places.length);
    expect(heard).toContain(CONTACT_ID);
    expect(others).toEqual([]);
    expect(call.lengthMs).toBe(640);
  });

  test('who comes much later is somebody else', () => {
    const { call, heard, others } = listen();
    call.audio(track(null, 5000), 0, second);
    call.audio(track('c1', 60_000), 0, second);
    expect(heard).toEqual([
      [null, 5000],
      ['from', 0],
    ]);
    expect(others).toEqual(['c1']);
  });
});
