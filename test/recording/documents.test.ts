// Documents that are taken whole, by a compiled loop, give what they give one element after the other.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import {
  buildFragment,
  CONTACT_ID,
  connectCall,
  contactTags,
  continuationTags,
  FROM_CUSTOMER,
  type Fragment,
  fragmentNumber,
  START_MS,
  serviceTags,
  type Tag,
  type TagGroup,
  TO_CUSTOMER,
  type TrackEntry,
  tagSeconds,
} from '../../fixtures/connect-profile.ts';
import { type Bytes, element, ID, string, voidElement } from '../../fixtures/mkv-writer.ts';
import { tone } from '../../fixtures/pcm.ts';
import { Workspace } from '../../src/kernels/workspace.ts';
import { splitSource } from '../../src/recording/split.ts';
import { StreamSplitter } from '../../src/recording/splitter.ts';
import {
  type ByteSource,
  DEFAULT_RECORDING_OPTIONS,
  type RecordingOptions,
} from '../../src/recording/types.ts';
import { type Random, seeded } from '../fuzz/random.ts';
import { memorySource } from './memory-source.ts';

/** A small fragment: 3 blocks of 8 ms each way. */
const BLOCKS = 3;
const BLOCK_MS = 8;
const BLOCK_BYTES = 128;
const FRAGMENT_MS = BLOCKS * BLOCK_MS;
const FRAGMENTS = 60;
const OTHER_CONTACT = '7e0c1a52-93b4-4d6f-8a21-5c4b3d2e1f00';

afterEach(() => vi.restoreAllMocks());

/** What a plain fragment of the call is made of. */
interface Parts {
  index: number;
  number: string;
  producerMs: number;
  timestamp: number;
  blocks: { track: number; timecode: number; frames: Buffer[] }[];
  service: Tag[];
  contact: TagGroup[];
  after: TagGroup[];
  rest: Partial<Fragment>;
}

function partsOf(index: number, random: Random): Parts {
  const timestamp = START_MS + index * FRAGMENT_MS;
  const number = fragmentNumber(index);
  const blocks = Array.from({ length: 2 * BLOCKS }, (_, i) => ({
    track: 1 + (i % 2),
    timecode: (i >> 1) * BLOCK_MS,
    frames: [Buffer.from(Array.from({ length: BLOCK_BYTES }, () => random.below(256)))],
  }));
  return {
    index,
    number,
    producerMs: timestamp,
    timestamp,
    blocks,
    service: [...serviceTags(number, timestamp)],
    contact: contactTags(),
    after: [continuationTags(number)],
    rest: {},
  };
}

function setTag(group: Tag[], name: string, value: string): void {
  const at = group.findIndex(([known]) => known === name);
  if (at >= 0) group[at] = [name, value];
}

const NUMBER = 'AWS_KINESISVIDEO_FRAGMENT_NUMBER';
const PRODUCER = 'AWS_KINESISVIDEO_PRODUCER_TIMESTAMP';
const PRODUCER_SIDE = 'AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP';
const SERVER = 'AWS_KINESISVIDEO_SERVER_TIMESTAMP';

const HOUR_MS = 60 * 60 * 1000;

const PICTURES: TrackEntry = { number: 3, type: 1, name: 'pictures', codecId: 'V_MPEG4/ISO/AVC' };

/** A Tags element of any SimpleTags; those of `tags` have a name and a value, and nothing else. */
function tagsOf(...simpleTags: Bytes[]): Bytes {
  return element(ID.Tags, element(ID.Tag, simpleTags));
}

function simpleTag(name: string, ...rest: Bytes[]): Bytes {
  return element(ID.SimpleTag, [string(ID.TagName, name), ...rest]);
}

function setBeforeCluster(parts: Parts, elements: Bytes): void {
  parts.rest = { ...parts.rest, extra: { beforeCluster: elements } };
}

function setMimeType(parts: Parts, value: string): void {
  const at = parts.contact.findIndex(([tag]) => tag?.[0] === 'MimeType');
  if (at >= 0) parts.contact[at] = [['MimeType', value]];
}

/** What all fragments of a stream can have in common. */
const STYLES: Record<string, (parts: Parts, random: Random) => void> = {
  plain: () => {},
  '16 kHz': (p) => setMimeType(p, 'audio/L16;rate=16000;channels=1;'),
  'two channels': (p) => setMimeType(p, 'audio/L16;rate=8000;channels=2;'),
  'one direction': (p) => {
    p.rest = { tracks: [FROM_CUSTOMER] };
    p.blocks = p.blocks.filter(({ track }) => track === 1);
  },
  pictures: (p, random) => {
    p.rest = { ...p.rest, tracks: [PICTURES, FROM_CUSTOMER, TO_CUSTOMER] };
    p.blocks.push({ track: 3, timecode: 0, frames: [random.bytes(random.pick([0, 7, 300]))] });
  },
  'three audio tracks': (p, random) => {
    p.rest = { tracks: [FROM_CUSTOMER, TO_CUSTOMER, { number: 3, name: 'AUDIO_TO_CUSTOMER' }] };
    for (const { timecode } of p.blocks.filter(({ track }) => track === 1))
      p.blocks.push({ track: 3, timecode, frames: [random.bytes(BLOCK_BYTES)] });
  },
  'G.711 beside PCM': (p) => {
    p.contact = p.contact.filter(([tag]) => tag?.[0] !== 'MimeType');
    p.rest = { tracks: [FROM_CUSTOMER, { ...TO_CUSTOMER, codecId: 'A_MULAW', codecPrivate: undefined }] };
    for (const block of p.blocks) if (block.track === 2) block.frames = [block.frames[0]!.subarray(0, 64)];
  },
  AAC: (p) => {
    p.contact = p.contact.filter(([tag]) => tag?.[0] !== 'MimeType');
    p.rest = { tracks: [{ number: 1 }, { number: 2 }] };
  },
  'more tracks than slots': (p) => {
    const more = Array.from({ length: 8 }, (_, i) => ({ ...PICTURES, number: 4 + i }));
    p.rest = { tracks: [FROM_CUSTOMER, TO_CUSTOMER, ...more] };
  },
  'nested tags, targets, no value and an empty one': (p) =>
    setBeforeCluster(p, [
      tagsOf(
        element(ID.Targets, Buffer.from([0x63, 0xc5, 0x81, 1])),
        simpleTag('outer', simpleTag('ContactId', string(ID.TagString, OTHER_CONTACT))),
      ),
      tagsOf(simpleTag('ContactId', string(ID.TagString, CONTACT_ID)), simpleTag('none')),
      tagsOf(simpleTag('empty', element(ID.TagString, []))),
    ]),
  'a name twice': (p) => {
    p.contact.unshift([['ContactId', OTHER_CONTACT]]);
    p.service.push([SERVER, '17266776887240']);
  },
  'any bytes where any may stand': (p, random) => {
    const padded = Buffer.from([...random.bytes(6), 0, 0xff, random.below(2)]);
    p.after = [];
    setBeforeCluster(p, tagsOf(simpleTag(SERVER, element(ID.TagString, padded))));
  },
  'the names of GetMediaForFragmentList': (p) => {
    p.service = p.service.map(([name, value]) => [name === PRODUCER ? PRODUCER_SIDE : name, value]);
  },
  'a time without a value': (p) => {
    p.service = p.service.map(([name, value]) => [name === PRODUCER ? PRODUCER_SIDE : name, value]);
    setBeforeCluster(p, tagsOf(simpleTag(PRODUCER)));
  },
  'a number of 128 digits': (p) => setTag(p.service, NUMBER, p.number.padStart(128, '0')),
  'a number of 129 digits': (p) => setTag(p.service, NUMBER, p.number.padStart(129, '0')),
  'more tags than are compared': (p, random) =>
    setBeforeCluster(p, tagsOf(simpleTag('long', element(ID.TagString, random.bytes(8200))))),
  'ten microseconds a tick': (p) => {
    p.timestamp *= 100;
    for (const block of p.blocks) block.timecode *= 100;
    p.rest = { timestampScale: 10_000 };
  },
  'more places that differ than there is room for': (p) => {
    for (let i = 0; i < 16; i++) p.service.push([SERVER, String(100 + ((p.index * i) % 100))]);
  },
  'Tags behind alone': (p) => {
    p.after = [p.service, ...p.contact, ...p.after];
    p.service = [];
    p.contact = [];
  },
};

/** What a fragment can have of its own, each of which has to be noticed or to make no difference. */
const DEPARTURES: Record<string, (parts: Parts, random: Random) => void> = {
  'number of an earlier one': (p, random) =>
    setTag(p.service, NUMBER, fragmentNumber(random.below(p.index + 1))),
  'number of a later one': (p) => setTag(p.service, NUMBER, fragmentNumber(p.index + 5)),
  'shorter number': (p) => setTag(p.service, NUMBER, String(1000 + p.index)),
  'number with a letter': (p) => setTag(p.service, NUMBER, `${p.number.slice(0, -1)}x`),
  'padded number': (p) => setTag(p.service, NUMBER, `${p.number.slice(0, -1)}\0`),
  'no number': (p) => void p.service.shift(),
  'producer timestamp far off': (p) => setTag(p.service, PRODUCER, '1726677999.123'),
  'producer timestamp a little off': (p, random) =>
    setTag(p.service, PRODUCER, ((p.producerMs + random.between(60, 140)) / 1000).toFixed(3)),
  'producer timestamp with two decimals': (p) =>
    setTag(p.service, PRODUCER, (p.producerMs / 1000).toFixed(2)),
  'producer timestamp of the same length without a point': (p) =>
    setTag(p.service, PRODUCER, '17266776887240'),
  'no producer timestamp': (p) => void p.service.pop(),
  'other contact': (p) => {
    p.contact = contactTags(OTHER_CONTACT);
  },
  'no contact': (p) => {
    p.contact = contactTags(null);
  },
  'other instance': (p) => {
    p.contact = contactTags(CONTACT_ID, OTHER_CONTACT);
  },
  'no tags at all': (p) => {
    p.service = [];
    p.contact = [];
    p.after = [];
  },
  'another event': (p) => {
    p.contact = p.contact.map((group) => (group[0]?.[0] === 'Events' ? [['Events', 'AudioStopped']] : group));
  },
  'another rate': (p) => {
    setMimeType(p, 'audio/L16;rate=9000;channels=1;');
  },
  'one more tag': (p) => void p.contact.push([['Custom', 'value']]),
  'service error': (p) => void p.after.push([['AWS_KINESISVIDEO_ERROR_CODE', '3002']]),
  'later milliseconds behind': (p, random) => {
    p.after = [continuationTags(p.number, random.between(0, 2000))];
  },
  'one digit behind': (p, random) => {
    p.after = [continuationTags(p.number, random.below(10))];
  },
  'no tags behind': (p) => {
    p.after = [];
  },
  'tags behind in two elements': (p) => {
    p.after = p.after.flat().map((tag) => [tag]);
  },
  'number behind as well': (p) => void p.after.push([[NUMBER, fragmentNumber(p.index + 1)]]),
  'contact behind': (p) => {
    p.after = [...p.contact, ...p.after];
    p.contact = [];
  },
  'a gap': (p, random) => {
    p.timestamp += random.pick([1, 50, 99, 101, 400]);
  },
  'an overlap': (p, random) => {
    p.timestamp -= random.pick([1, 12, 50, 130]);
  },
  'a short block': (p, random) => {
    const block = random.pick(p.blocks);
    block.frames = [block.frames[0]!.subarray(0, 24)];
  },
  'half a sample': (p, random) => {
    const block = random.pick(p.blocks);
    block.frames = [block.frames[0]!.subarray(0, 25)];
  },
  'an empty block': (p, random) => {
    random.pick(p.blocks).frames = [Buffer.alloc(0)];
  },
  'a large block': (p, random) => {
    random.pick(p.blocks).frames = [Buffer.alloc(900, 7)];
  },
  'a laced block': (p, random) => {
    const block = random.pick(p.blocks) as { frames: Buffer[]; lacing?: string };
    const half = block.frames[0]!.length >> 1;
    block.frames = [block.frames[0]!.subarray(0, half), block.frames[0]!.subarray(half, 2 * half)];
    block.lacing = 'fixed';
  },
  'a block of no track': (p, random) => {
    random.pick(p.blocks).track = 3;
  },
  'negative timecodes': (p) => {
    p.timestamp += 10;
    for (const block of p.blocks) block.timecode -= 10;
  },
  'blocks of one direction': (p) => {
    p.blocks = p.blocks.filter(({ track }) => track === 1);
  },
  'no blocks': (p) => {
    p.blocks = [];
  },
  'more blocks than columns': (p) => {
    p.blocks = Array.from({ length: 600 }, (_, i) => ({
      track: 1 + (i % 2),
      timecode: 0,
      frames: [Buffer.alloc(2, i)],
    }));
  },
  'many blocks': (p) => {
    p.blocks = Array.from({ length: 300 }, (_, i) => ({
      track: 1 + (i % 2),
      timecode: i >> 3,
      frames: [Buffer.alloc(4, i)],
    }));
  },
  'a Cluster of known size': (p) => {
    p.rest = { clusters: [{ timestamp: p.timestamp, blocks: p.blocks, size: {} }] };
  },
  'a Cluster of unknown size in eight bytes': (p) => {
    p.rest = { clusters: [{ timestamp: p.timestamp, blocks: p.blocks, size: { unknown: true, width: 8 } }] };
  },
  'two Clusters': (p) => {
    const { timestamp, blocks } = p;
    p.rest = {
      clusters: [
        { timestamp, blocks: blocks.slice(0, 2) },
        {
          timestamp: timestamp + BLOCK_MS,
          blocks: blocks.slice(2).map((b) => ({ ...b, timecode: b.timecode - BLOCK_MS })),
        },
      ],
    };
  },
  'something between the blocks': (p) => {
    p.rest = { clusters: [{ timestamp: p.timestamp, blocks: p.blocks, extra: voidElement(9) }] };
  },
  'something before the Cluster': (p) => {
    p.rest = { extra: { beforeCluster: voidElement(20) } };
  },
  'something behind the Cluster': (p) => {
    p.rest = {
      clusters: [{ timestamp: p.timestamp, blocks: p.blocks, after: element(ID.Void, Buffer.alloc(3)) }],
    };
  },
  'tracks in the other order': (p) => {
    p.rest = { tracks: [TO_CUSTOMER, FROM_CUSTOMER].map((track, i) => ({ ...track, number: i + 1 })) };
  },
  'a Segment of known size and other tracks': (p) => {
    p.rest = {
      segmentSize: {},
      tracks: [
        { ...FROM_CUSTOMER, number: 2 },
        { ...TO_CUSTOMER, number: 1 },
      ],
    };
  },
  'a day later': (p) => {
    p.timestamp += 25 * HOUR_MS;
    setTag(p.service, PRODUCER, tagSeconds(p.timestamp));
  },
  'other numbers from here on': (p) => {
    setTag(p.service, NUMBER, `9${p.number.slice(1)}`);
  },
  'pictures alone, later': (p, random) => {
    p.timestamp += random.pick([100, 10_000, 25 * HOUR_MS]);
    for (const name of [PRODUCER, PRODUCER_SIDE])
      if (p.service.some(([known]) => known === name)) setTag(p.service, name, tagSeconds(p.timestamp));
    for (const block of p.blocks) block.track = 3;
  },
  'another header': (p) => {
    p.rest = { ...p.rest, extra: { ...p.rest.extra, beforeInfo: voidElement(5) } };
  },
  'another tick': (p) => {
    p.timestamp *= 10;
    for (const block of p.blocks) block.timecode *= 10;
    p.rest = { timestampScale: 100_000 };
  },
};

/** Changes of the bytes of a document. */
const DAMAGE: Record<string, (document: Buffer, random: Random) => Buffer> = {
  'a flipped bit': (document, random) => {
    const at = random.below(document.length);
    document[at]! ^= 1 << random.below(8);
    return document;
  },
  'a missing end': (document, random) => document.subarray(0, random.between(1, document.length - 1)),
  'a missing beginning': (document, random) => document.subarray(random.between(1, document.length - 1)),
};

function documentOf({ timestamp, blocks, service, contact, after, rest }: Parts): Buffer {
  return buildFragment({
    tagsBefore: [service, ...contact].filter(({ length }) => length > 0),
    clusters: [{ timestamp, blocks }],
    tagsAfter: after,
    ...rest,
  });
}

interface Made {
  bytes: Buffer;
  departures: string[];
}

/** A stream, one fragment in eight of which departs from the others, now and then several in a row in the same way. */
function makeStream(random: Random, damaged: boolean): Made {
  const names = Object.keys(DEPARTURES);
  const style = random.below(3) === 0 ? 'plain' : random.pick(Object.keys(STYLES));
  const departures: string[] = [style];
  const documents: Buffer[] = [];
  let again = 0;
  let name = '';
  for (let index = 0; index < FRAGMENTS; index++) {
    const parts = partsOf(index, random);
    STYLES[style]!(parts, random);
    if (again > 0) again--;
    else if (index > 0 && random.below(8) === 0) {
      name = random.pick(names);
      again = random.pick([0, 0, 0, 1, 4]);
    } else name = '';
    if (name !== '') {
      DEPARTURES[name]!(parts, random);
      departures.push(`${index}: ${name}`);
    }
    let document = documentOf(parts);
    if (damaged && random.below(12) === 0) {
      const damage = random.pick(Object.keys(DAMAGE));
      document = DAMAGE[damage]!(document, random);
      departures.push(`${index}: ${damage}`);
    }
    documents.push(document);
  }
  return { bytes: Buffer.concat(documents), departures };
}

/** All that splitting the stream says. Pieces lie where a file's would, each on top of the one before. */
function split(
  bytes: Buffer,
  options: RecordingOptions,
  pieces: () => number,
  workspace?: Workspace,
): unknown {
  const splitter = new StreamSplitter(undefined, { ...options, digest: true }, {}, workspace);
  const place = workspace?.input(64 * 1024) ?? new Uint8Array(64 * 1024);
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(place.length, bytes.length - at, pieces());
    place.set(bytes.subarray(at, at + size));
    splitter.push(place.subarray(0, size));
    at += size;
  }
  place.fill(0x5a);
  return { contacts: splitter.finish('made'), warnings: splitter.warnings.list() };
}

function countDocuments(): () => number {
  let count = 0;
  const readDocuments = Workspace.prototype.readDocuments;
  vi.spyOn(Workspace.prototype, 'readDocuments').mockImplementation(function (this: Workspace, ...args) {
    const before = this.documents.documents;
    const next = readDocuments.apply(this, args);
    count += this.documents.documents - before;
    return next;
  });
  return () => count;
}

const OPTIONS: Partial<RecordingOptions>[] = [
  {},
  {},
  { gapToleranceMs: 0 },
  { timeline: 'packed' },
  { contactId: CONTACT_ID },
  { match: { tag: 'ContactId', value: CONTACT_ID } },
  { match: { tag: 'Events', value: 'AudioStarted' } },
  { match: { tag: 'AWS_KINESISVIDEO_MILLIS_BEHIND_NOW', value: '0' } },
  { match: { tag: 'Custom', value: 'value' } },
  { gapToleranceMs: 48 * HOUR_MS },
  { track: 'to' },
];

it.each([
  ['sound', false, 250],
  ['damaged', true, 250],
])('is the same of a %s stream, whatever departs', (_, damaged, runs) => {
  const taken = countDocuments();
  let all = 0;
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom(...OPTIONS),
      fc.constantFrom(700, 5_000, 40_000, 64 * 1024),
      (seed, given, most) => {
        const random = seeded(seed);
        const options = { ...DEFAULT_RECORDING_OPTIONS, ...given };
        const { bytes, departures } = makeStream(random, damaged);
        const one = split(bytes, options, () => 64 * 1024);
        const pieces = () => random.between(Math.ceil(most / 2), most);
        const other = split(bytes, options, pieces, Workspace.create()!);
        all += FRAGMENTS;
        expect(other, departures.join(', ')).toEqual(one);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? runs) },
  );
  // The quick way was taken at all.
  expect(taken() / all).toBeGreaterThan(0.1);
});

it.each(Object.keys(DEPARTURES))('is the same where all at once has %s', (name) => {
  const taken = countDocuments();
  for (const from of [1, 10, 30]) {
    for (const times of [1, 2, 30]) {
      const random = seeded(from * times);
      const documents = Array.from({ length: FRAGMENTS }, (_, index) => {
        const parts = partsOf(index, random);
        if (index >= from && index < from + times) DEPARTURES[name]!(parts, random);
        return documentOf(parts);
      });
      const bytes = Buffer.concat(documents);
      const one = split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024);
      expect(split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024, Workspace.create()!)).toEqual(one);
    }
  }
  expect(taken()).toBeGreaterThan(100);
});

it.each<[string, string[], number, Partial<RecordingOptions>]>([
  ['goes on a day later', [], 25 * HOUR_MS, { gapToleranceMs: 48 * HOUR_MS }],
  ['has pictures alone a day later', ['pictures'], 25 * HOUR_MS, {}],
  ['has pictures alone that no clock bears out', ['pictures', 'a time without a value'], 10_000, {}],
])('is the same where a call %s', (_, styles, laterMs, given) => {
  const taken = countDocuments();
  const options = { ...DEFAULT_RECORDING_OPTIONS, ...given };
  const random = seeded(1);
  const documents = Array.from({ length: FRAGMENTS }, (_, index) => {
    const parts = partsOf(index, random);
    if (index >= 30) {
      parts.timestamp += laterMs;
      setTag(parts.service, PRODUCER, tagSeconds(parts.timestamp));
    }
    for (const style of styles) STYLES[style]!(parts, random);
    if (index >= 30 && styles.includes('pictures')) for (const block of parts.blocks) block.track = 3;
    return documentOf(parts);
  });
  const bytes = Buffer.concat(documents);
  const one = split(bytes, options, () => 64 * 1024);
  expect(split(bytes, options, () => 64 * 1024, Workspace.create()!)).toEqual(one);
  expect(taken() > 0).toBe(!styles.includes('a time without a value'));
});

it('is the same where times are further apart than 64 bits count', () => {
  const scale = 65_536;
  const documents = Array.from({ length: 20 }, (_, index) => {
    // The first ones are 2^64 ns further on, a whole number of ticks: those after them lie far before the call.
    const ns = BigInt(START_MS) * 1_000_000n + BigInt(index) * 16_000_000n + (index < 10 ? 2n ** 64n : 0n);
    const seconds = (Number(ns / 1_000_000n) / 1000).toFixed(3).padStart(15, '0');
    const number = fragmentNumber(index);
    const service: Tag[] = [
      [NUMBER, number],
      [PRODUCER, seconds],
    ];
    return buildFragment({
      timestampScale: scale,
      tagsBefore: [service, ...contactTags()],
      clusters: [
        {
          timestamp: ns / BigInt(scale),
          blocks: [1, 2].map((track) => ({ track, timecode: 0, frames: [Buffer.alloc(256, index + track)] })),
        },
      ],
      tagsAfter: [continuationTags(number)],
    });
  });
  const bytes = Buffer.concat(documents);
  const one = split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024);
  expect(split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024, Workspace.create()!)).toEqual(one);
});

it('is the same where outputs are larger than a chunk', () => {
  const taken = countDocuments();
  const bytes = Buffer.concat([
    ...connectCall({ fragments: 100, from: tone({ hz: 440 }), to: tone({ hz: 220 }) }),
  ]);
  for (const piece of [64 * 1024, 50_001]) {
    const one = split(bytes, DEFAULT_RECORDING_OPTIONS, () => piece);
    expect(split(bytes, DEFAULT_RECORDING_OPTIONS, () => piece, Workspace.create()!)).toEqual(one);
  }
  expect(taken()).toBeGreaterThan(150);
});

it('knows the size of the last blocks that were taken, by which a cut one is judged', () => {
  const random = seeded(1);
  for (const size of [64, 128]) {
    const documents = Array.from({ length: 20 }, (_, index) => {
      const parts = partsOf(index, random);
      // From the sixth on, the last block is shorter; the tenth ends in rubbish behind its only block.
      if (index > 5) parts.blocks[5]!.frames = [parts.blocks[5]!.frames[0]!.subarray(0, 64)];
      if (index === 10) parts.blocks = [{ ...parts.blocks[5]!, frames: [Buffer.alloc(size, 9)] }];
      const document = documentOf(index === 10 ? { ...parts, after: [] } : parts);
      return index === 10 ? Buffer.concat([document, Buffer.alloc(40)]) : document;
    });
    const bytes = Buffer.concat(documents);
    const one = split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024);
    expect(split(bytes, DEFAULT_RECORDING_OPTIONS, () => 64 * 1024, Workspace.create()!)).toEqual(one);
  }
});

/** Of a file that may be a day of silence. */
function digestOf(file: string): string {
  const hash = createHash('sha256');
  const block = Buffer.alloc(1024 * 1024);
  const fd = fs.openSync(file, 'r');
  for (let read = -1; read !== 0; ) {
    read = fs.readSync(fd, block);
    hash.update(block.subarray(0, read));
  }
  fs.closeSync(fd);
  return hash.digest('hex');
}

/** All that is in the folder and in the report of a split, of which nothing but the memory differs. */
async function splitFiles(
  source: ByteSource,
  options: RecordingOptions,
  workspace: Workspace | undefined,
): Promise<unknown> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-documents-'));
  vi.spyOn(Workspace, 'create').mockReturnValueOnce(workspace);
  try {
    const report = await splitSource(source, folder, options).catch(String);
    const files = fs.readdirSync(folder).sort();
    return {
      report: JSON.stringify(report).replaceAll(folder, ''),
      files: files.map((name) => [name, digestOf(path.join(folder, name))]),
    };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const LAYOUTS: RecordingOptions['layouts'][] = [['separate'], ['stereo'], ['separate', 'stereo', 'mix']];

it('writes the same files, however much memory is left', async () => {
  const taken = countDocuments();
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(...OPTIONS),
      fc.constantFrom(...LAYOUTS),
      fc.boolean(),
      fc.constantFrom(0, 0, 1_600_000, 1_700_000, 1_810_000, 1_840_000, 1_900_000),
      fc.constantFrom(700, 20_000, 1024 * 1024),
      fc.boolean(),
      async (seed, given, layouts, damaged, used, most, lent) => {
        const random = seeded(seed);
        const options = { ...DEFAULT_RECORDING_OPTIONS, ...given, layouts };
        const { bytes, departures } = makeStream(random, damaged);
        const one = await splitFiles(memorySource(bytes), options, undefined);
        const workspace = Workspace.create()!;
        workspace.bytes(used);
        const source = memorySource(bytes, () => random.between(Math.ceil(most / 2), most));
        // As standard input does, which has buffers of its own.
        const other = lent ? source : { ...source, chunks: () => source.chunks() };
        expect(await splitFiles(other, options, workspace), departures.join(', ')).toEqual(one);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
  expect(taken()).toBeGreaterThan(100);
});

it('writes the same files of documents of any size', async () => {
  const taken = countDocuments();
  const random = seeded(1);
  // Blocks each way of 4,000 bytes, an eighth of a second; 140 of them are more than is read in one go.
  const blocks = [1, 1, 3, 20, 20, 20, 20, 20, 20, 45, 45, 45, 140, 140, 3, 3, 3, 1, 1, 20, 20];
  const small = new Array<number>(200).fill(1);
  let timestamp = START_MS;
  const documents = [...small, ...blocks].map((count, index) => {
    const parts = partsOf(index, random);
    STYLES['16 kHz']!(parts, random);
    const size = index < small.length ? 160 : 4000;
    parts.timestamp = timestamp;
    parts.service = [...serviceTags(parts.number, timestamp)];
    parts.blocks = Array.from({ length: 2 * count }, (_, i) => ({
      track: 1 + (i % 2),
      timecode: (i >> 1) * (size / 32),
      frames: [Buffer.alloc(size, index + i)],
    }));
    timestamp += count * (size / 32);
    return documentOf(parts);
  });
  const bytes = Buffer.concat(documents);
  for (const layouts of LAYOUTS) {
    const options = { ...DEFAULT_RECORDING_OPTIONS, layouts };
    const one = await splitFiles(memorySource(bytes), options, undefined);
    for (const piece of [1024 * 1024, 300_001]) {
      const source = memorySource(bytes, () => piece);
      expect(await splitFiles(source, options, Workspace.create())).toEqual(one);
    }
  }
  expect(taken()).toBeGreaterThan(6 * 200);
});
