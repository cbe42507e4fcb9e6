// Fragments: a Cluster with all its tags, whole, cut or damaged, and what is said of documents without one.
import { describe, expect, it } from 'vitest';
import {
  buildFragment,
  contactTags,
  continuationTags,
  type FragmentBlock,
  fragmentNumber,
  serviceTags,
  TRACKS,
  tags,
} from '../../fixtures/connect-profile.ts';
import { elementId, ID } from '../../fixtures/mkv-writer.ts';
import { type Damage, FragmentAssembler } from '../../src/kvs/assembler.ts';
import type { Fragment } from '../../src/kvs/fragment.ts';

const PAYLOAD_BYTES = 64;
/** Id, size of eight bytes, track, timecode and flags of a block. */
const BLOCK_HEADER_BYTES = 13;

function blocks(count: number, first = 0): FragmentBlock[] {
  return Array.from({ length: count }, (_, i) => ({
    track: 1 + (i % 2),
    timecode: 4 * (i >> 1),
    frames: [Buffer.alloc(PAYLOAD_BYTES, first + i)],
  }));
}

interface Plan {
  index?: number;
  blocks?: FragmentBlock[];
  tagsAt?: 'before' | 'after' | 'none';
}

function document({
  index = 0,
  blocks: planned = blocks(4, 10 * index),
  tagsAt = 'before',
}: Plan = {}): Buffer {
  const number = fragmentNumber(index);
  const timestamp = 1000 * (index + 1);
  return buildFragment({
    tagsBefore:
      tagsAt === 'none'
        ? []
        : [serviceTags(number, timestamp), ...(tagsAt === 'before' ? contactTags() : [])],
    clusters: [{ timestamp, blocks: planned }],
    tagsAfter:
      tagsAt === 'none' ? [] : [...(tagsAt === 'after' ? contactTags() : []), continuationTags(number)],
  });
}

function assemble(bytes: Buffer, chunk = bytes.length) {
  const fragments: Fragment[] = [];
  const damage: Damage[] = [];
  const tagsOnly: ReadonlyMap<string, string>[] = [];
  const assembler = new FragmentAssembler({
    fragment: (fragment) => fragments.push(fragment.keep()),
    damage: (found) => damage.push(found),
    tagsOnly: (found) => tagsOnly.push(found),
  });
  for (let at = 0; at < bytes.length; at += chunk) assembler.push(bytes.subarray(at, at + chunk));
  assembler.end();
  return { fragments, damage, tagsOnly, assembler };
}

/** The byte each block of a fragment is filled with. */
function fills({ blocks: found, bytes }: Fragment): number[] {
  return Array.from({ length: found.count }, (_, i) => bytes[found.start[i]!]!);
}

function states(fragments: readonly Fragment[]): string[] {
  return fragments.map((fragment) => `${fragment.state} ${fills(fragment).join()}`);
}

const kinds = (damage: readonly Damage[]): string[] => damage.map(({ kind }) => kind);

describe('a fragment', () => {
  it.each(['before', 'after'] as const)('has its blocks, and its tags %s the Cluster', (tagsAt) => {
    const bytes = Buffer.concat([document({ tagsAt }), document({ index: 1, tagsAt })]);
    const { fragments, damage, assembler } = assemble(bytes);
    expect(states(fragments)).toEqual(['whole 0,1,2,3', 'whole 10,11,12,13']);
    expect(fragments.map(({ number }) => number)).toEqual([fragmentNumber(0), fragmentNumber(1)]);
    expect(fragments[1]).toMatchObject({
      timestamp: 2000n,
      clusterMs: 2000,
      producerMs: 2000,
      serverMs: 2187,
    });
    expect(fragments[1]!.offset).toBe(document({ tagsAt }).length);
    for (const fragment of fragments) {
      expect(fragment.tags.get('InstanceId')).toBeDefined();
      expect(fragment.tracks.map(({ name }) => name)).toEqual(TRACKS.map(({ name }) => name));
    }
    expect(damage).toEqual([]);
    expect(assembler.counts).toEqual({ ebmlHeaders: 2, segments: 2, clusters: 2, blocks: 8 });
    expect(assembler.received).toBe(bytes.length);
  });

  it('has no tags of the one before it', () => {
    const { fragments } = assemble(Buffer.concat([document(), document({ index: 1, tagsAt: 'none' })]));
    expect(fragments[1]!.tags.size).toBe(0);
    expect(fragments[1]!.number).toBeNull();
  });

  it('has no number where the tag is none', () => {
    for (const value of ['', 'abc', '-1', '1.5', '1'.repeat(129)]) {
      const bytes = buildFragment({
        tagsBefore: [[['AWS_KINESISVIDEO_FRAGMENT_NUMBER', value]]],
        clusters: [{ timestamp: 1, blocks: blocks(1) }],
      });
      expect(assemble(bytes).fragments[0]!.number).toBeNull();
    }
  });

  it('goes on in the Segment of the one before: its number begins it', () => {
    const second = document({ index: 1 });
    const bytes = Buffer.concat([document(), second.subarray(second.indexOf(elementId(ID.Tags)))]);
    const { fragments } = assemble(bytes);
    expect(states(fragments)).toEqual(['whole 0,1,2,3', 'whole 10,11,12,13']);
    expect(fragments.map(({ number, continues }) => [number, continues])).toEqual([
      [fragmentNumber(0), false],
      [fragmentNumber(1), false],
    ]);
  });

  it('is marked where another Cluster follows before any tags', () => {
    const clusters = [0, 1, 2].map((i) => ({ timestamp: 1000 * i, blocks: blocks(2, 10 * i) }));
    const { fragments } = assemble(buildFragment({ clusters, tagsAfter: contactTags() }));
    expect(fragments.map(({ continues, tags: found }) => [continues, found.size > 0])).toEqual([
      [true, false],
      [true, false],
      [false, true],
    ]);
  });

  it('is not lost where it has no blocks', () => {
    expect(states(assemble(document({ blocks: [] })).fragments)).toEqual(['whole ']);
  });

  it('may have many blocks', () => {
    const { fragments } = assemble(document({ blocks: blocks(1000) }), 1000);
    expect(fragments[0]!.blocks.count).toBe(1000);
  });

  it('stays as it was kept, whatever comes after it', () => {
    const bytes = document();
    const found: Fragment[] = [];
    const assembler = new FragmentAssembler({ fragment: (fragment) => found.push(fragment.keep()) });
    const piece = Buffer.from(bytes);
    assembler.push(piece);
    assembler.end();
    piece.fill(0x5a);
    expect(states(found)).toEqual(['whole 0,1,2,3']);
    expect([...found[0]!.tracks[0]!.codecPrivate!]).toEqual([0x11, 0x90]);
  });
});

describe('a document without a Cluster', () => {
  it('has only tags', () => {
    const bytes = buildFragment({ clusters: [], tagsBefore: [[['AWS_KINESISVIDEO_ERROR_ID', '4500']]] });
    const { fragments, tagsOnly } = assemble(Buffer.concat([document(), bytes]));
    expect(fragments).toHaveLength(1);
    expect(tagsOnly.map((found) => [...found])).toEqual([[['AWS_KINESISVIDEO_ERROR_ID', '4500']]]);
  });

  it('says nothing without tags', () => {
    const { fragments, tagsOnly, damage } = assemble(buildFragment({ clusters: [] }));
    expect([fragments, tagsOnly, damage]).toEqual([[], [], []]);
  });
});

describe('a cut', () => {
  const whole = document({ tagsAt: 'after' });
  const third = whole.indexOf(Buffer.alloc(PAYLOAD_BYTES, 2));

  it.each([
    ['inside a block', third + 10, 'cut 0,1'],
    ['inside a size', third - BLOCK_HEADER_BYTES + 3, 'cut 0,1'],
    ['inside a tag after the Cluster', whole.length - 30, 'whole 0,1,2,3'],
  ])('%s keeps what was whole', (_, at, state) => {
    const { fragments, damage } = assemble(whole.subarray(0, at));
    expect(states(fragments)).toEqual([state]);
    expect(kinds(damage)).toEqual(['truncated']);
  });

  it('between two blocks is none: the Cluster has no size', () => {
    const { fragments, damage } = assemble(whole.subarray(0, third - BLOCK_HEADER_BYTES));
    expect(states(fragments)).toEqual(['whole 0,1']);
    expect(damage).toEqual([]);
  });

  it('keeps the tags that were whole', () => {
    const last = whole.lastIndexOf(elementId(ID.Tags));
    const { fragments } = assemble(whole.subarray(0, last + 20));
    expect(fragments[0]!.tags.has('ContactId')).toBe(true);
  });
});

describe('damage', () => {
  const first = document();
  const last = document({ index: 2 });

  /** Damages the middle one of three fragments. */
  function damaged(change: (bytes: Buffer) => void) {
    const middle = document({ index: 1 });
    change(middle);
    const bytes = Buffer.concat([first, middle, last]);
    const found = assemble(bytes);
    const again = assemble(bytes, 1);
    expect(states(again.fragments)).toEqual(states(found.fragments));
    expect(again.damage).toEqual(found.damage);
    const around = states(found.fragments);
    expect(around[0]).toBe('whole 0,1,2,3');
    expect(around.at(-1)).toBe('whole 20,21,22,23');
    expect(found.fragments.at(-1)!.number).toBe(fragmentNumber(2));
    return { middle: around.slice(1, -1), damage: found.damage };
  }

  const block = (bytes: Buffer, fill: number): number =>
    bytes.indexOf(Buffer.alloc(PAYLOAD_BYTES, fill)) - BLOCK_HEADER_BYTES;

  it('of a block’s id keeps the blocks before it', () => {
    const found = damaged((bytes) => {
      bytes[block(bytes, 12)] = 0x00;
    });
    expect(found.middle).toEqual(['damaged 10,11']);
    expect(found.damage).toMatchObject([
      { kind: 'corrupt', offset: first.length + block(document({ index: 1 }), 12) },
    ]);
  });

  it('of a block’s size takes that block, whose end is not known, and not the ones before it', () => {
    const found = damaged((bytes) => {
      bytes[block(bytes, 12) + 8] = 0x7f;
    });
    expect(found.middle).toEqual(['damaged 10,11']);
  });

  it('of a track number takes only what comes after', () => {
    const found = damaged((bytes) => {
      bytes[block(bytes, 13) + 9] = 0x83;
    });
    expect(found.middle).toEqual(['damaged 10,11,12']);
  });

  it('of the Segment’s id takes the fragment', () => {
    const found = damaged((bytes) => {
      bytes[bytes.indexOf(elementId(ID.Segment))] = 0x00;
    });
    expect(found.middle).toEqual([]);
    expect(kinds(found.damage)).toEqual(['corrupt']);
  });

  it('of the header takes nothing', () => {
    const found = damaged((bytes) => {
      bytes[0] = 0x00;
    });
    expect(found.middle).toEqual(['whole 10,11,12,13']);
    expect(found.damage[0]).toMatchObject({ kind: 'corrupt', offset: first.length });
  });

  it('of the Timestamp’s id is told, and the blocks without a time are left out', () => {
    const found = damaged((bytes) => {
      bytes[bytes.indexOf(Buffer.from([ID.Timestamp, 0x88]))] = 0xf6;
    });
    expect(found.middle).toEqual([]);
    expect(found.damage).toMatchObject([{ kind: 'corrupt', reason: 'a Cluster has no Timestamp' }]);
  });

  it('of the tags right after the blocks keeps those', () => {
    const found = damaged((bytes) => {
      bytes[bytes.lastIndexOf(elementId(ID.Tags)) + 4] = 0x00;
    });
    expect(found.middle).toEqual(['damaged 10,11,12,13']);
  });
});

describe('tags', () => {
  it('are told one Tags element at a time, where they stand', () => {
    const found: [string[], number][] = [];
    const assembler = new FragmentAssembler({
      fragment: () => {},
      tags: (group, offset) => found.push([group.map(({ name }) => name), offset]),
    });
    const bytes = buildFragment({
      tagsBefore: [
        [
          ['a', '1'],
          ['b', '2'],
        ],
      ],
      clusters: [{ timestamp: 1, blocks: blocks(1), after: tags([['c', '3']]) }],
    });
    assembler.push(bytes);
    assembler.end();
    expect(found).toEqual([
      [['a', 'b'], bytes.indexOf(elementId(ID.Tags))],
      [['c'], bytes.lastIndexOf(elementId(ID.Tags))],
    ]);
  });
});

describe('a block that has swallowed what stands before the next Segment', () => {
  it('is not believed', () => {
    const [first, second] = [document({ index: 0 }), document({ index: 1 })];
    const bytes = Buffer.concat([first, second]);
    const segment = bytes.indexOf(elementId(ID.Segment), first.length);
    // The last block of the first document; the Tags behind it and the next header go with it.
    const last = first.lastIndexOf(Buffer.alloc(PAYLOAD_BYTES, 3)) - BLOCK_HEADER_BYTES + 1;
    bytes.writeUIntBE(segment - (last + 8), last + 2, 6);
    const { fragments, damage } = assemble(bytes);
    expect(fragments.map((fragment) => fragment.blocks.count)).toEqual([3, 4]);
    expect(damage).toHaveLength(1);
  });
});
