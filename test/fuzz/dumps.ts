// What is fuzzed: small dumps whose fragments are stated by their builder, and the fixtures.
import {
  buildFragment,
  CONTACT_ID,
  contactTags,
  continuationTags,
  fragmentNumber,
  START_MS,
  serviceTags,
  TRACKS,
} from '../../fixtures/connect-profile.ts';
import { fixture } from '../../fixtures/corpus.ts';
import { FragmentAssembler } from '../../src/kvs/assembler.ts';
import { CONTINUES } from '../../src/kvs/block-list.ts';
import type { Fragment } from '../../src/kvs/fragment.ts';
import { MatroskaDemuxer, type MatroskaHandler } from '../../src/matroska/demuxer.ts';
import { seeded } from './random.ts';

/** A document of the dump, and what its fragments hold. */
export interface StatedDocument {
  start: number;
  end: number;
  /** Of each of its fragments, as by `contentOf`. */
  contents: string[];
  /** The tags of its only fragment that say what it is, as by `identityOf`. */
  identity: string | undefined;
}

export interface FuzzDump {
  name: string;
  bytes: Buffer;
  documents: StatedDocument[];
}

interface StatedFragment {
  timestamp: bigint;
  blocks: { track: string; timecode: number; payload: Uint8Array }[];
}

/** Everything a fragment's blocks are, comparable; payloads whole, so that nothing else can pass for them. */
function content({ timestamp, blocks }: StatedFragment): string {
  let text = `${timestamp}`;
  for (const { track, timecode, payload } of blocks) {
    text += `|${track}|${timecode}|${Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('latin1')}`;
  }
  return text;
}

export function contentOf(fragment: Fragment): string {
  const { bytes, blocks, tracks, timestamp } = fragment;
  return content({
    timestamp,
    blocks: Array.from({ length: blocks.count }, (_, i) => ({
      track: tracks[blocks.track[i]!]!.name,
      timecode: blocks.timecode[i]! === CONTINUES ? -1 : blocks.timecode[i]!,
      payload: bytes.subarray(blocks.start[i], blocks.end[i]),
    })),
  });
}

export function identityOf({ number, tags }: Pick<Fragment, 'number' | 'tags'>): string {
  return `${number}|${tags.get('ContactId')}|${tags.get('MimeType')}`;
}

export interface SmallDumpOptions {
  fragments: number;
  payloadBytes: number;
  blocksPerDirection: number;
  tagsAt: 'before' | 'after';
  clusterSize?: 'known' | 'unknown';
  blockSizeWidth?: number;
}

/** A dump of the usual form with short blocks of noise. */
export function smallDump(name: string, options: SmallDumpOptions, seed: number): FuzzDump {
  const { fragments, payloadBytes, blocksPerDirection, tagsAt, clusterSize, blockSizeWidth = 8 } = options;
  const random = seeded(seed);
  const parts: Buffer[] = [];
  const documents: StatedDocument[] = [];
  let start = 0;
  const blockMs = payloadBytes / 16;
  for (let index = 0; index < fragments; index++) {
    const timestamp = Math.round(START_MS + index * blocksPerDirection * blockMs);
    const blocks = Array.from({ length: 2 * blocksPerDirection }, (_, i) => ({
      track: TRACKS[i % 2]!,
      timecode: Math.round((i >> 1) * blockMs),
      payload: random.bytes(payloadBytes),
    }));
    const number = fragmentNumber(index);
    const ofConnect = contactTags();
    const part = buildFragment({
      blockSizeWidth,
      tagsBefore: [serviceTags(number, timestamp), ...(tagsAt === 'before' ? ofConnect : [])],
      clusters: [
        {
          timestamp,
          blocks: blocks.map(({ track, timecode, payload }) => ({
            track: track.number,
            timecode,
            frames: [payload],
          })),
          ...(clusterSize === 'known' ? { size: {} } : {}),
        },
      ],
      tagsAfter: [...(tagsAt === 'after' ? ofConnect : []), continuationTags(number)],
    });
    parts.push(part);
    const stated = blocks.map((block) => ({ ...block, track: block.track.name! }));
    const mimeType = ofConnect.flat().find(([tag]) => tag === 'MimeType')![1];
    documents.push({
      start,
      end: start + part.length,
      contents: [content({ timestamp: BigInt(timestamp), blocks: stated })],
      identity: `${number}|${CONTACT_ID}|${mimeType}`,
    });
    start += part.length;
  }
  return { name, bytes: Buffer.concat(parts), documents };
}

/** The dumps that `fuzz` goes round. */
export function smallDumps(): FuzzDump[] {
  return [
    { fragments: 5, payloadBytes: 64, blocksPerDirection: 4, tagsAt: 'before' },
    { fragments: 5, payloadBytes: 64, blocksPerDirection: 4, tagsAt: 'after' },
    { fragments: 4, payloadBytes: 256, blocksPerDirection: 3, tagsAt: 'before' },
    { fragments: 4, payloadBytes: 256, blocksPerDirection: 3, tagsAt: 'after' },
    { fragments: 6, payloadBytes: 128, blocksPerDirection: 2, tagsAt: 'before', clusterSize: 'known' },
    {
      fragments: 6,
      payloadBytes: 96,
      blocksPerDirection: 3,
      tagsAt: 'after',
      clusterSize: 'known',
      blockSizeWidth: 2,
    },
  ].map((options, i) => smallDump(`small-${i + 1}`, options as SmallDumpOptions, i + 1));
}

const IGNORE = (): void => {};

/** A fixture; what its documents hold is what comes out of it undamaged. */
export function fixtureDump(name: string): FuzzDump {
  const { bytes } = fixture(name).build();
  const documents: StatedDocument[] = [];
  const handler: MatroskaHandler = {
    document(start) {
      const last = documents.at(-1);
      if (last !== undefined) last.end = start;
      documents.push({ start, end: bytes.length, contents: [], identity: undefined });
    },
    segment: IGNORE,
    info: IGNORE,
    tracks: IGNORE,
    tags: IGNORE,
    cluster: IGNORE,
    timestamp: IGNORE,
    block: () => undefined,
    clusterEnd: IGNORE,
    damaged: IGNORE,
    resumed: IGNORE,
    truncated: IGNORE,
  };
  const demuxer = new MatroskaDemuxer(handler);
  demuxer.push(bytes);
  demuxer.end();
  const assembler = new FragmentAssembler({
    fragment(fragment) {
      const document = documents.findLast(({ start }) => start <= fragment.offset)!;
      document.contents.push(contentOf(fragment));
      document.identity = document.contents.length === 1 ? identityOf(fragment) : undefined;
    },
  });
  assembler.push(bytes);
  assembler.end();
  return { name, bytes, documents };
}
