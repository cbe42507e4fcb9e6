// Fragments whose times nothing bears out: which of them are audio all the same, and where it goes.
import fs from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import {
  buildFragment,
  contactTags,
  continuationTags,
  type FragmentBlock,
  fragmentNumber,
  START_MS,
  serviceTags,
  TRACKS,
} from '../../fixtures/connect-profile.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS, type InputReport } from '../../src/recording/types.ts';
import { scratch } from './capture/rig.ts';
import { SAMPLES } from './capture/scripted-source.ts';
import { memorySource } from './memory-source.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A second of both directions. */
const SECOND: FragmentBlock[] = TRACKS.map(({ number }) => ({
  track: number,
  timecode: 0,
  frames: [Buffer.alloc(2 * SAMPLES, number)],
}));

/** A fragment whose Cluster says `ms` after the call's start, and whose tag says that and `skewMs` more. */
function fragment(index: number, ms: number, skewMs: number): Buffer {
  const number = fragmentNumber(index);
  return buildFragment({
    tagsBefore: [serviceTags(number, START_MS + ms + skewMs), ...contactTags()],
    clusters: [{ timestamp: START_MS + ms, blocks: SECOND }],
    tagsAfter: [continuationTags(number)],
  });
}

function tagless(ms: number): Buffer {
  return buildFragment({ clusters: [{ timestamp: START_MS + ms, blocks: SECOND }] });
}

async function split(fragments: readonly Buffer[]): Promise<InputReport> {
  const folder = scratch();
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  return await splitSource(memorySource(Buffer.concat(fragments)), folder, DEFAULT_RECORDING_OPTIONS);
}

const seconds = ({ contacts }: InputReport): number[][] =>
  contacts.map(({ tracks }) => tracks.map(({ samples }) => samples / SAMPLES));
const codes = ({ warnings }: InputReport): string[] => warnings.map(({ code }) => code);

it.each([5000, -5000, START_MS])(
  'the last one after a pause counts where the clocks always differ: %i ms',
  async (skewMs) => {
    const report = await split([
      fragment(0, 0, skewMs),
      fragment(1, 1000, skewMs),
      fragment(2, 4000, skewMs),
    ]);
    expect(seconds(report)).toEqual([[5, 5]]);
    expect(codes(report)).toEqual(['gap', 'gap']);
  },
);

it('the last one after a pause is left out where its clocks alone differ', async () => {
  const report = await split([fragment(0, 0, 0), fragment(1, 1000, 0), fragment(2, 40_000, -35_000)]);
  expect(seconds(report)).toEqual([[2, 2]]);
  expect(codes(report)).toEqual(['corrupt']);
});

it('the last one after a pause is left out where clocks that differed have agreed since', async () => {
  const report = await split([
    ...[0, 1, 2].map((i) => fragment(i, 1000 * i, 5000)),
    ...Array.from({ length: 40 }, (_, i) => fragment(3 + i, 1000 * (3 + i), 0)),
    fragment(43, 60_000, 5000),
  ]);
  expect(seconds(report)).toEqual([[43, 43]]);
  expect(codes(report)).toEqual(['corrupt']);
});

it('a last one without tags counts after a pause', async () => {
  const report = await split([fragment(0, 0, 0), tagless(3000)]);
  expect(seconds(report)).toEqual([[4, 4]]);
  expect(codes(report)).toEqual(['gap', 'gap']);
});

it('a last one without tags that claims to be years later puts no years of silence into the files', async () => {
  const report = await split([fragment(0, 0, 0), fragment(1, 1000, 0), tagless(36_500 * DAY_MS)]);
  expect(seconds(report)).toEqual([[2, 2]]);
  expect(codes(report)).toEqual(['corrupt']);
});
