// Streams that are legal, or broken, in ways the corpus is not: Segments of several Clusters that come again or lose their
// end, tracks of one name, payloads that end inside a frame.
import { describe, expect, it } from 'vitest';
import {
  buildFragment,
  CONTACT_ID,
  contactTags,
  continuationTags,
  FROM_CUSTOMER,
  type Fragment,
  type FragmentBlock,
  fragmentNumber,
  START_MS,
  serviceTags,
  TO_CUSTOMER,
  TRACKS,
  type TrackEntry,
} from '../../fixtures/connect-profile.ts';
import { elementId, ID } from '../../fixtures/mkv-writer.ts';
import { inspectSource } from '../../src/recording/inspect.ts';
import { splitSource } from '../../src/recording/split.ts';
import {
  DEFAULT_RECORDING_OPTIONS,
  type InputReport,
  type RecordingOptions,
} from '../../src/recording/types.ts';
import { memorySource } from './memory-source.ts';

const BLOCK_MS = 64;
const BLOCK_SAMPLES = 512;

function split(bytes: Uint8Array, options: Partial<RecordingOptions> = {}): Promise<InputReport> {
  return splitSource(memorySource(bytes), undefined, { ...DEFAULT_RECORDING_OPTIONS, ...options });
}

function block(track: number, timecode: number, bytes = 2 * BLOCK_SAMPLES): FragmentBlock {
  return { track, timecode, frames: [Buffer.alloc(bytes, track)] };
}

/** A Segment of Clusters of one block a direction, on the grid; its contact is said behind the last of them. */
function segment(
  index: number,
  clusters: number,
  contactId = CONTACT_ID,
  more: Partial<Fragment> = {},
): Buffer {
  const number = fragmentNumber(index);
  const startMs = START_MS + index * clusters * BLOCK_MS;
  return buildFragment({
    tagsBefore: [serviceTags(number, startMs)],
    clusters: Array.from({ length: clusters }, (_, i) => ({
      timestamp: startMs + i * BLOCK_MS,
      blocks: TRACKS.map((track) => block(track.number, 0)),
    })),
    tagsAfter: [...contactTags(contactId), continuationTags(number)],
    ...more,
  });
}

const samples = ({ contacts }: InputReport): number[][] =>
  contacts.map(({ tracks }) => tracks.map((track) => track.samples));

describe('a Segment of several Clusters', () => {
  it.each(['aligned', 'packed'] as const)(
    'that comes again is skipped with all of them: %s',
    async (timeline) => {
      const [first, second, third] = [0, 1, 2].map((index) => segment(index, 2));
      const dump = Buffer.concat([first!, second!, second!, third!]);
      const report = await split(dump, { timeline });
      expect(samples(report)).toEqual([[6 * BLOCK_SAMPLES, 6 * BLOCK_SAMPLES]]);
      expect(report.contacts[0]!.fragments).toMatchObject({ count: 6, duplicates: 2 });
      const { contacts } = await inspectSource(memorySource(dump), {});
      expect(contacts).toMatchObject([{ fragments: 6 }]);
    },
  );

  it('gives what was complete where the end of the input cuts it off at the next Cluster’s head', async () => {
    const whole = segment(0, 3);
    const cut = whole.subarray(0, whole.lastIndexOf(elementId(ID.Cluster)) + 7);
    const report = await split(cut);
    expect(samples(report)).toEqual([[2 * BLOCK_SAMPLES, 2 * BLOCK_SAMPLES]]);
    expect(report.warnings.map(({ code }) => code)).toEqual(['truncated', 'no-contact-id']);
    const { contacts } = await inspectSource(memorySource(cut), {});
    expect(contacts).toMatchObject([{ contactId: null, fragments: 2 }]);
  });

  it('may have times behind those of their blocks', async () => {
    const at = (index: number, ahead = 0) => ({
      timestamp: START_MS + index * BLOCK_MS + ahead,
      blocks: TRACKS.map(({ number }) => block(number, -ahead)),
    });
    const dump = [
      segment(0, 2),
      buildFragment({
        tagsBefore: [serviceTags(fragmentNumber(1), START_MS + 2 * BLOCK_MS), ...contactTags()],
        clusters: [at(2), at(3, 2 * BLOCK_MS)],
      }),
      segment(2, 2),
    ];
    const report = await split(Buffer.concat(dump));
    expect(samples(report)).toEqual([[6 * BLOCK_SAMPLES, 6 * BLOCK_SAMPLES]]);
    expect(report.warnings).toEqual([]);
  });

  it('whose end and owner are lost is never the next caller’s', async () => {
    const broken = segment(1, 2, 'second-caller');
    broken[broken.lastIndexOf(Buffer.from([ID.Timestamp, 0x88]))] = 0xf6;
    const report = await split(
      Buffer.concat([segment(0, 2, 'first-caller'), broken, segment(2, 2, 'third-caller')]),
    );
    expect(report.contacts.map(({ contactId }) => contactId)).toEqual(['first-caller', 'third-caller']);
    expect(samples(report)).toEqual([
      [2 * BLOCK_SAMPLES, 2 * BLOCK_SAMPLES],
      [2 * BLOCK_SAMPLES, 2 * BLOCK_SAMPLES],
    ]);
  });
});

describe('fragments that come again between two callers', () => {
  const of = (index: number, owner?: string[][]): Buffer => {
    const timestamp = START_MS + index * BLOCK_MS;
    return buildFragment({
      tagsBefore: [
        serviceTags(fragmentNumber(index), timestamp),
        ...(owner ? [owner as [string, string][]] : []),
      ],
      clusters: [{ timestamp, blocks: TRACKS.map(({ number }) => block(number, 0)) }],
    });
  };
  const a = [['ContactId', ' first-caller ']];
  const b = [['CallId', 'second-caller']];

  it('do not say whose the next one is, to split as to inspect', async () => {
    const dump = Buffer.concat([of(0, a), of(1, b), of(0, a), of(2)]);
    const { contacts } = await split(dump);
    expect(contacts.map(({ contactId, fragments }) => [contactId, fragments.count])).toEqual([
      ['first-caller', 1],
      ['second-caller', 2],
    ]);
    const found = await inspectSource(memorySource(dump), { fragments: true });
    expect(found.contacts.map(({ contactId, fragments }) => [contactId, fragments])).toEqual([
      ['first-caller', 1],
      ['second-caller', 2],
    ]);
    expect(found.fragments!.map(({ contactId }) => contactId)).toEqual([
      'first-caller',
      'second-caller',
      'first-caller',
      'second-caller',
    ]);
  });

  it.each([
    ['as their tags say', of(0, a), of(1, b)],
    ['as the first ones of their numbers were given', of(0), of(1)],
  ])('are counted for their own callers: %s', async (_how, again, other) => {
    const dump = Buffer.concat([of(0, a), of(1, b), again, again, other, of(2, b)]);
    const { contacts } = await split(dump);
    expect(contacts.map(({ fragments }) => fragments.duplicates)).toEqual([2, 1]);
  });

  it('and are counted for a caller that a tag filter names', async () => {
    const room = [['Room', '12']];
    const dump = Buffer.concat([of(0, room), of(1, a), of(0, room), of(2, room)]);
    const { contacts } = await split(dump, { match: { tag: 'Room', value: '12' } });
    expect(contacts.map(({ contactId, fragments }) => [contactId, fragments.duplicates])).toEqual([
      ['12', 1],
    ]);
  });

  it('what is left of a damaged one without an owner is nobody’s, to inspect too', async () => {
    const broken = of(1, b);
    broken.fill(0xff, broken.indexOf('CallId') - 8, broken.indexOf('CallId'));
    const dump = Buffer.concat([of(0, a), broken, of(2, a)]);
    const found = await inspectSource(memorySource(dump), { fragments: true });
    const { contacts } = await split(dump);
    expect(found.contacts.map(({ fragments }) => fragments)).toEqual(
      contacts.map(({ fragments }) => fragments.count),
    );
  });
});

describe('two tracks that name one direction', () => {
  const call = (tracks: readonly TrackEntry[]): Buffer =>
    Buffer.concat(
      [0, 1, 2, 3].map((index) => {
        const timestamp = START_MS + index * 2 * BLOCK_MS;
        const blocks = [0, BLOCK_MS].flatMap((at) => TRACKS.map(({ number }) => block(number, at)));
        return buildFragment({
          tracks,
          tagsBefore: [serviceTags(fragmentNumber(index), timestamp), ...contactTags()],
          clusters: [{ timestamp, blocks }],
        });
      }),
    );

  it('are not woven into one: the lower number is believed', async () => {
    const tracks = [FROM_CUSTOMER, { ...TO_CUSTOMER, name: FROM_CUSTOMER.name }];
    for (const order of [tracks, tracks.toReversed()]) {
      const report = await split(call(order));
      expect(samples(report)).toEqual([[8 * BLOCK_SAMPLES, 8 * BLOCK_SAMPLES]]);
      const found = report.contacts[0]!.tracks.map(({ direction }) => direction).sort();
      expect(found).toEqual(['from', 'unknown']);
      expect(report.warnings).toEqual([]);
    }
  });

  it('and have one number are one', async () => {
    const report = await split(call([FROM_CUSTOMER, TO_CUSTOMER, FROM_CUSTOMER]));
    expect(samples(report)).toEqual([[8 * BLOCK_SAMPLES, 8 * BLOCK_SAMPLES]]);
    expect(report.contacts[0]!.tracks.map(({ silenceMs }) => silenceMs)).toEqual([0, 0]);
    expect(report.warnings).toEqual([]);
  });
});

describe('a payload that ends inside a frame', () => {
  it('gives its whole frames, whatever the codec and the blocks before it', async () => {
    const tracks = [
      {
        number: 1,
        codecId: 'A_MULAW',
        codecPrivate: undefined,
        audio: { samplingFrequency: 8000, channels: 2 },
      },
    ];
    const blocks = [block(1, 0, 200), block(1, 13, 401), block(1, 38, 3)];
    const report = await split(buildFragment({ tracks, clusters: [{ timestamp: START_MS, blocks }] }));
    expect(samples(report)).toEqual([[100 + 200 + 1]]);
  });
});
