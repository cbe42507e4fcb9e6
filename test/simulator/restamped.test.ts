// Whatever the dump: restamped to now, or taken from the archive, it splits to the PCM that the dump splits to.
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  GetMediaForFragmentListCommand,
  ListFragmentsCommand,
} from '@aws-sdk/client-kinesis-video-archived-media';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpus } from '../../fixtures/corpus.ts';
import { DumpBuilder } from '../../fixtures/dump-builder.ts';
import { FragmentAssembler } from '../../src/kvs/assembler.ts';
import { inspectSource } from '../../src/recording/inspect.ts';
import { splitSource } from '../../src/recording/split.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { clientsOf, drain, EARLIEST, getMedia } from './clients.ts';

/** Rounds of the property; a script may raise it in a copy of the tests. */
const RUNS = 40;

let simulator: Simulator;
let directory: string;
let streams = 0;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'kvsrec-restamped-'));
  simulator = await startSimulator({ speed: 'max', stamps: 'now', quotas: false });
});

afterAll(async () => {
  await simulator.close();
  await rm(directory, { recursive: true });
});

function sourceOf(bytes: Uint8Array) {
  return {
    name: 'dump',
    size: bytes.length,
    async *chunks() {
      yield bytes;
    },
  };
}

/** Contact, direction, samples and digest of all that is in a dump. */
async function heard(bytes: Uint8Array) {
  const out = fs.mkdtempSync(path.join(directory, 'out-'));
  const { contacts } = await splitSource(sourceOf(bytes), out, {
    ...DEFAULT_RECORDING_OPTIONS,
    overwrite: true,
    digest: true,
  });
  fs.rmSync(out, { recursive: true });
  return contacts.map(({ contactId, durationMs, fragments, tracks }) => ({
    contactId,
    durationMs,
    fragments,
    tracks: tracks.map(({ direction, encoding, samples, silenceMs, pcmSha256 }) => {
      return { direction, encoding, samples, silenceMs, pcmSha256 };
    }),
  }));
}

async function served(bytes: Uint8Array): Promise<Buffer> {
  const name = `stream-${streams++}`;
  await simulator.streams.add(name, bytes);
  // The stamps' lengths may differ, so the end is told by silence.
  return (await getMedia(simulator, name, EARLIEST, 80)).bytes;
}

async function archived(bytes: Uint8Array): Promise<Buffer> {
  const StreamName = `stream-${streams++}`;
  await simulator.streams.add(StreamName, { dump: bytes, stamps: 'kept' });
  const { archive } = clientsOf(simulator);
  const { Fragments = [] } = await archive.send(new ListFragmentsCommand({ StreamName, MaxResults: 1000 }));
  const { Payload } = await archive.send(
    new GetMediaForFragmentListCommand({ StreamName, Fragments: Fragments.map((f) => f.FragmentNumber!) }),
  );
  return (await drain(Payload as unknown as Parameters<typeof drain>[0], 1000)).bytes;
}

/** Names of all tags that the documents of a body carry. */
function tagNames(bytes: Uint8Array): Set<string> {
  const names = new Set<string>();
  const assembler = new FragmentAssembler({
    fragment: () => {},
    tags: (tags) => {
      for (const { name } of tags) names.add(name);
    },
  });
  assembler.push(bytes);
  assembler.end();
  return names;
}

const sound = corpus
  .map(({ name, build }) => ({ name, ...build() }))
  .filter(({ name, truth }) => !truth.damaged && name !== 'no-audio');
const REPEATED = ['repeated-fragment', 'fragment-list-exception', 'service-error-4500'];

describe('stamps of now', () => {
  it.each(sound.map(({ name, bytes }) => [name, bytes] as const))('%s', async (_, bytes) => {
    const before = Date.now();
    const received = await served(bytes);
    expect(await heard(received)).toEqual(await heard(bytes));
    const { contacts, fragments, warnings } = await inspectSource(sourceOf(received), { fragments: true });
    expect(warnings.filter(({ code }) => code === 'corrupt' || code === 'truncated')).toEqual([]);
    // A call of the past has just ended.
    const ends = contacts.map(({ end }) => Date.parse(end ?? ''));
    if (fragments!.length > 0) expect(Math.max(...ends)).toBeGreaterThan(before - 60_000);
    if (fragments!.length > 0) expect(Math.max(...ends)).toBeLessThan(Date.now() + 60_000);
  });
});

describe('from the archive', () => {
  const unique = sound.filter(
    ({ name, truth }) => !REPEATED.includes(name) && (truth.structure?.clusters ?? 0) > 0,
  );
  it.each(unique.map(({ name, bytes }) => [name, bytes] as const))('%s', async (_, bytes) => {
    const received = await archived(bytes);
    expect(await heard(received)).toEqual(await heard(bytes));
    const names = tagNames(received);
    for (const name of [
      'CONTINUATION_TOKEN',
      'MILLIS_BEHIND_NOW',
      'SERVER_TIMESTAMP',
      'PRODUCER_TIMESTAMP',
    ]) {
      expect(names).not.toContain(`AWS_KINESISVIDEO_${name}`);
    }
  });
});

/** Dumps of every shape that the fixtures' writer can make. */
const dumps = fc
  .array(
    fc.record({
      blocks: fc.integer({ min: 1, max: 6 }),
      clusters: fc.integer({ min: 1, max: 3 }),
      tagsAt: fc.constantFrom('before' as const, 'after' as const, 'none' as const),
      continuesSegment: fc.boolean(),
      clusterSize: fc.constantFrom({ unknown: true }, { width: 4 }, { width: 8 }),
      segmentSize: fc.constantFrom({ unknown: true }, { width: 8 }),
      blockSizeWidth: fc.constantFrom(2, 4, 8),
      pauseMs: fc.constantFrom(0, 0, 0, 640, 5000),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((plans) => {
    const dump = new DumpBuilder();
    plans.forEach((plan, index) => {
      dump.pause(plan.pauseMs);
      // A Segment of known size ends, so nothing can go on in it.
      const continues = plan.continuesSegment && index > 0 && plans[index - 1]!.segmentSize.unknown === true;
      dump.add({
        blocks: dump.nextBlocks(plan.blocks),
        clusters: Math.min(plan.clusters, plan.blocks),
        tagsAt: continues ? 'before' : plan.tagsAt,
        cluster: { size: plan.clusterSize },
        continuesSegment: continues,
        shape: { segmentSize: plan.segmentSize, blockSizeWidth: plan.blockSizeWidth },
      });
    });
    return dump.finish().bytes;
  });

describe('any dump', () => {
  it('keeps its bytes, and its PCM when it is restamped', async () => {
    await fc.assert(
      fc.asyncProperty(dumps, async (bytes) => {
        const name = `stream-${streams++}`;
        await simulator.streams.add(name, { dump: bytes, stamps: 'kept' });
        const kept = await getMedia(simulator, name, EARLIEST, 500, (length) => length >= bytes.length);
        expect(kept.bytes.equals(bytes)).toBe(true);
        expect(await heard(await served(bytes))).toEqual(await heard(bytes));
      }),
      { numRuns: RUNS, seed: 7 },
    );
  });
});
