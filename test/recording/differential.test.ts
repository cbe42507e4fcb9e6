// The reader here and the `ebml` package's, which share no code, find the same in every sound dump.
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpus } from '../../fixtures/corpus.ts';
import type { BlockHeader } from '../../src/matroska/block.ts';
import { MatroskaDemuxer, type MatroskaHandler } from '../../src/matroska/demuxer.ts';
import { inspectSource } from '../../src/recording/inspect.ts';
import { type Decoded, decode } from '../fixtures/ebml-package.ts';
import { memorySource } from './memory-source.ts';

/** The same facts by the demuxer; a lace's frames one after the other. */
function demux(bytes: Buffer): Pick<Decoded, 'clusters' | 'tags' | 'structure'> {
  const found: Pick<Decoded, 'clusters' | 'tags' | 'structure'> = {
    structure: { ebmlHeaders: 0, segments: 0, clusters: 0, blocks: 0 },
    clusters: [],
    tags: [],
  };
  const nothing = (): void => {};
  const unexpected = (...facts: unknown[]): void => expect.fail(facts.join(' '));
  const handler: MatroskaHandler = {
    document: () => found.structure.ebmlHeaders++,
    segment: () => found.structure.segments++,
    info: nothing,
    tracks: nothing,
    tags: (tags) => found.tags.push(...tags.map(({ name, value }): [string, string] => [name, value])),
    cluster() {
      found.structure.clusters++;
      found.clusters.push({ timestamp: 0n, blocks: [] });
    },
    timestamp(ticks) {
      found.clusters.at(-1)!.timestamp = ticks;
    },
    block(header: BlockHeader) {
      found.structure.blocks++;
      const { track, timecode, frames, starts, ends } = header;
      const payload = Buffer.concat(
        Array.from({ length: frames }, (_, i) => demuxer.reader.bytes.subarray(starts[i], ends[i])),
      );
      found.clusters.at(-1)!.blocks.push({ track, timecode, payload });
      return undefined;
    },
    clusterEnd: nothing,
    damaged: unexpected,
    resumed: unexpected,
    truncated: unexpected,
  };
  const demuxer = new MatroskaDemuxer(handler);
  demuxer.push(bytes);
  demuxer.end();
  return found;
}

/** Takes the lace's header off, as the other decoder leaves it on. */
function withoutLaceHeaders({ clusters }: Decoded, ours: Decoded['clusters']): Decoded['clusters'] {
  return clusters.map((cluster, i) => ({
    ...cluster,
    blocks: cluster.blocks.map((block, k) => {
      const frames = ours[i]?.blocks[k]?.payload.length ?? 0;
      return { ...block, payload: block.payload.subarray(block.payload.length - frames) };
    }),
  }));
}

const sound = corpus
  .map((fixture) => ({ name: fixture.name, ...fixture.build() }))
  .filter(({ truth }) => !truth.damaged);

describe.each(sound)('$name', ({ name, bytes }) => {
  it('is read alike by both', async () => {
    const theirs = await decode(bytes);
    const ours = demux(bytes);
    expect(ours.structure).toEqual(theirs.structure);
    expect(ours.tags).toEqual(theirs.tags);
    const clusters = name.endsWith('-lacing') ? withoutLaceHeaders(theirs, ours.clusters) : theirs.clusters;
    expect(ours.clusters.map(({ timestamp }) => timestamp)).toEqual(
      clusters.map(({ timestamp }) => timestamp),
    );
    for (const [i, { blocks }] of ours.clusters.entries()) expect(blocks).toEqual(clusters[i]!.blocks);
  });
});

const REAL = path.join(import.meta.dirname, '../../../shared/data');
const real = fs.existsSync(REAL) ? fs.readdirSync(REAL).filter((file) => file.endsWith('.mkv')) : [];

describe.skipIf(real.length === 0)('a real dump', () => {
  it.each(real)('%s is read alike by both', async (file) => {
    const bytes = fs.readFileSync(path.join(REAL, file));
    const theirs = await decode(bytes);
    const inspection = await inspectSource(memorySource(bytes), { fragments: true, tags: true });
    expect(inspection).toMatchObject(theirs.structure);
    expect(inspection.fragments).toHaveLength(theirs.structure.clusters);
    expect(inspection.fragments!.map(({ blocks }) => blocks)).toEqual(
      theirs.clusters.map(({ blocks }) => blocks.length),
    );
    const tags = inspection.tags!.flatMap((group) => group.tags.map(({ name, value }) => [name, value]));
    expect(tags).toEqual(theirs.tags);
    expect(inspection.warnings.filter(({ code }) => code === 'corrupt' || code === 'truncated')).toEqual([]);
  });
});
