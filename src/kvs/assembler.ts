// Documents to fragments: gathers a Cluster's blocks and all its tags, and hands the fragment over when it is complete.
import { HOLE, MAX_NUMBER_BYTES, type TagsForm } from '../kernels/document-run.ts';
import type { Workspace } from '../kernels/workspace.ts';
import type { BlockHeader } from '../matroska/block.ts';
import { NO_TRACK, readBlockRun, SHORT_TRACK_NUMBERS } from '../matroska/block-run.ts';
import {
  type DocumentForm,
  MatroskaDemuxer,
  type MatroskaHandler,
  type SegmentInfo,
  type Tag,
  type TagsRun,
  type Track,
} from '../matroska/demuxer.ts';
import { BlockList, CONTINUES } from './block-list.ts';
import { Fragment } from './fragment.ts';
import {
  CONTINUATION_TOKEN,
  FRAGMENT_NUMBER,
  firstOf,
  MILLIS_BEHIND_NOW,
  PRODUCER_TIMESTAMP,
  SERVER_TIMESTAMP,
  timestampMs,
} from './tags.ts';

export interface Damage {
  kind: 'truncated' | 'corrupt';
  /** Byte of the stream at which it was noticed. */
  offset: number;
  /** Bytes from there to where reading went on; 0 for `truncated`. */
  skippedBytes: number;
  reason: string;
}

export interface FragmentHandler {
  /** Valid until the call returns; see `Fragment`. */
  fragment(fragment: Fragment): void;
  /** Tags of a document that has no Cluster: the form of most in-band errors. */
  tagsOnly?(tags: ReadonlyMap<string, string>, offset: number): void;
  damage?(damage: Damage): void;
  /**
   * Asked when a fragment's continuation token is in, which the service sends last: true hands the fragment over at once,
   * where otherwise only the next element says that it is complete. Tags that come after all go to `tagsOnly`.
   */
  isComplete?(tags: ReadonlyMap<string, string>): boolean;
  /** One Tags element as it stands in the stream. */
  tags?(tags: readonly Tag[], offset: number): void;
  /**
   * Asked between two fragments, for the quick way past those that are like the last one: whether a fragment with these
   * tags, but for a number of its own and other times, would simply be appended. Answers who appends them as the compiled
   * loops do it; undefined where each has to be looked at.
   */
  appender?(facts: FragmentFacts): FragmentAppender | undefined;
}

/** What fragments have in common. */
export interface FragmentFacts {
  /** The number and the times in them are those of the last one. */
  tags: ReadonlyMap<string, string>;
  info: SegmentInfo;
  tracks: readonly Track[];
}

export interface FragmentAppender {
  /**
   * Appends the documents from `bytes[pos, stop)` that `Workspace.documents` can take, and answers where it stopped.
   * `Workspace.documents` tells how many that were.
   */
  append(bytes: Uint8Array, pos: number, stop: number): number;
}

/** What has been read so far, damaged parts left out. */
export interface StreamCounts {
  ebmlHeaders: number;
  segments: number;
  clusters: number;
  blocks: number;
}

const NO_INFO: SegmentInfo = { timestampScale: 1_000_000, title: null, muxingApp: null, writingApp: null };

/** Tags that each fragment has values of its own for. Of what is no hole nothing may change. */
const HOLES = new Map<string, number>([
  [FRAGMENT_NUMBER, HOLE.number],
  ...PRODUCER_TIMESTAMP.map((name) => [name, HOLE.producerTimestamp] as const),
  ...SERVER_TIMESTAMP.map((name) => [name, HOLE.anything] as const),
  [MILLIS_BEHIND_NOW, HOLE.anything],
  [CONTINUATION_TOKEN, HOLE.anything],
]);

/** The places in a run where `HOLES` stand. */
function formOf({ bytes, length, values, tags }: TagsRun): TagsForm {
  const holes: number[] = [];
  for (let i = 0; i < values.length; i += 3) {
    const kind = HOLES.get(tags[values[i]!]!.name);
    if (kind !== undefined) holes.push(values[i + 1]!, values[i + 2]!, kind);
  }
  return { bytes, length, holes };
}

/** Bytes of the only hole of that kind; undefined where there is none, or more than one. */
function onlyHole({ holes }: TagsForm, kind: number): number | undefined {
  let bytes: number | undefined;
  for (let i = 0; i < holes.length; i += 3) {
    if (holes[i + 2] !== kind) continue;
    if (bytes !== undefined) return undefined;
    bytes = holes[i + 1]! - holes[i]!;
  }
  return bytes;
}

function isFragmentNumber({ name }: Tag): boolean {
  return name === FRAGMENT_NUMBER;
}

/** Push any chunking of a Kinesis Video Streams dump in; `handler` gets its fragments in stream order. */
export class FragmentAssembler implements MatroskaHandler {
  readonly counts: StreamCounts = { ebmlHeaders: 0, segments: 0, clusters: 0, blocks: 0 };
  /** Of the newest Segment. */
  segmentInfo: SegmentInfo = NO_INFO;
  /** Of the newest Segment; one without Tracks goes on with those of the Segment before. */
  currentTracks: readonly Track[] = [];

  /** Offset behind the fragment that is being handed over: what is read from there on belongs to later ones. */
  boundary = 0;

  readonly #handler: FragmentHandler;
  readonly #demuxer: MatroskaDemuxer;
  #tags = new Map<string, string>();
  #documentOffset = 0;
  #offset = 0;
  #clusters = 0;
  #state: 'none' | 'open' | 'closed' = 'none';
  #clusterOffset = 0;
  /** Offset of the first block; -1 before any. */
  #blocksOffset = -1;
  #clusterEnd = -1;
  #cut = false;
  #timestamp: bigint | undefined;
  readonly #blocks: BlockList;
  readonly #workspace: Workspace | undefined;
  /** The index of each short track number's track, for `#numbered`. */
  readonly #numbers: Uint8Array;
  #numbered: readonly Track[] | undefined;
  /** Blocks before this index are known to end where they claim, since sound structure followed them. */
  #confirmed = 0;
  /** Payload size of the last block of the newest fragment that ended with one of the track. */
  readonly #usualSize = new Map<number, number>();
  #lastTrack = 0;

  constructor(handler: FragmentHandler, workspace?: Workspace) {
    this.#handler = handler;
    this.#workspace = workspace;
    this.#blocks = new BlockList(workspace);
    this.#numbers = workspace?.bytes(SHORT_TRACK_NUMBERS) ?? new Uint8Array(SHORT_TRACK_NUMBERS);
    this.#demuxer = new MatroskaDemuxer(this, workspace);
  }

  /** Bytes taken so far. */
  get received(): number {
    return this.#demuxer.reader.received;
  }

  /** Takes the next bytes; they may be reused after the call. */
  push(chunk: Uint8Array): void {
    this.#demuxer.push(chunk);
  }

  /** Ends the input and hands over what is complete of the last fragment. */
  end(): void {
    this.#demuxer.end();
    this.boundary = this.received;
    this.#finish(this.#cut ? 'cut' : 'whole');
  }

  /** Hands over a fragment whose continuation token is in, although nothing has followed it. */
  settle(): void {
    if (this.settleable) this.#finish('whole');
  }

  /** A fragment's continuation token is in: `settle` would hand it over. */
  get settleable(): boolean {
    return this.#state === 'closed' && this.#tags.has(CONTINUATION_TOKEN);
  }

  document(offset: number, headless: boolean): void {
    if (headless) this.#doubtLastBlock(offset);
    this.boundary = offset;
    this.#finish('whole');
    if (!headless) this.counts.ebmlHeaders++;
    this.#documentOffset = offset;
    this.#clusters = 0;
  }

  segment(): void {
    this.counts.segments++;
    this.segmentInfo = NO_INFO;
  }

  info(info: SegmentInfo): void {
    this.segmentInfo = info;
  }

  tracks(tracks: readonly Track[]): void {
    this.currentTracks = tracks;
  }

  tags(tags: readonly Tag[], offset: number, end: number): void {
    this.#handler.tags?.(tags, offset);
    this.boundary = offset;
    // Between two Clusters of a Segment, a fragment number is the first thing said of the second.
    if (this.#state !== 'none' && this.#tags.has(FRAGMENT_NUMBER) && tags.some(isFragmentNumber)) {
      this.#finish('whole');
    }
    for (let i = 0; i < tags.length; i++) this.#tags.set(tags[i]!.name, tags[i]!.value);
    this.boundary = end;
    if (this.#state === 'closed' && this.settleable && this.#handler.isComplete?.(this.#tags))
      this.#finish('whole');
  }

  tagRun(tags: readonly Tag[], end: number): boolean {
    // Before a Cluster they only gather.
    if (this.#state !== 'none' || this.#handler.tags !== undefined) return false;
    for (let i = 0; i < tags.length; i++) this.#tags.set(tags[i]!.name, tags[i]!.value);
    this.boundary = end;
    return true;
  }

  documents(from: number, stop: number, form: DocumentForm): number {
    const workspace = this.#workspace;
    if (workspace === undefined || this.#handler.appender === undefined || this.#handler.tags !== undefined)
      return from;
    const { bytes, base } = this.#demuxer.reader;
    this.boundary = base + from;
    this.#finish('whole');
    const { info = NO_INFO, tracks = this.currentTracks } = form;
    if (info !== this.segmentInfo || tracks !== this.currentTracks) return from;
    if (this.#numbered !== tracks) this.#numberTracks();
    const blocks = this.#blocks;
    if (!workspace.holds(this.#numbers) || !workspace.holdsBlocks(bytes, blocks)) return from;
    const tags = new Map<string, string>();
    for (const { name, value } of form.before.tags) tags.set(name, value);
    for (const { name, value } of form.after?.tags ?? []) tags.set(name, value);
    const before = formOf(form.before);
    const after = form.after && formOf(form.after);
    // Each in its place, before the Cluster, and with nothing that pads it.
    const numberBytes = onlyHole(before, HOLE.number);
    if (numberBytes === undefined || numberBytes > MAX_NUMBER_BYTES) return from;
    if (numberBytes !== tags.get(FRAGMENT_NUMBER)!.length) return from;
    if (onlyHole(before, HOLE.producerTimestamp) === undefined) return from;
    // A tag of another of its names, which has no value, would be the one that counts.
    if (timestampMs(firstOf(tags, PRODUCER_TIMESTAMP)) === null) return from;
    if (after?.holes.some((kind, i) => i % 3 === 2 && kind !== HOLE.anything)) return from;

    const appender = this.#handler.appender({ tags, info, tracks });
    const run = workspace.documents;
    if (appender === undefined || !run.setTags(before, after)) return from;
    run.setBlocks(this.#numbers, blocks);
    run.begin();
    const next = appender.append(bytes, from, stop);
    blocks.count = 0;
    if (run.documents === 0) return from;
    this.counts.ebmlHeaders += run.documents;
    this.counts.segments += run.documents;
    this.counts.clusters += run.documents;
    this.counts.blocks += run.blocks;
    for (let i = 0; i < tracks.length; i++) {
      const size = run.usualSize(i);
      if (size !== undefined) this.#usualSize.set(i, size);
    }
    this.boundary = base + next;
    return next;
  }

  cluster(offset: number): void {
    this.boundary = offset;
    if (this.#state !== 'none') this.#finish('whole', true);
    this.counts.clusters++;
    this.#offset = this.#clusters === 0 ? this.#documentOffset : offset;
    this.#clusters++;
    this.#clusterOffset = offset;
    this.#blocksOffset = -1;
    this.#timestamp = undefined;
    this.#state = 'open';
  }

  timestamp(ticks: bigint): void {
    this.#timestamp = ticks;
  }

  run(from: number, stop: number, maxSize: number): number {
    const blocks = this.#blocks;
    const before = blocks.count;
    const { bytes, base } = this.#demuxer.reader;
    if (this.#numbered !== this.currentTracks) this.#numberTracks();
    const numbers = this.#numbers;
    const origin = this.#blocksFrom(base + from) - base;
    const workspace = this.#workspace;
    const next =
      workspace?.holdsBlocks(bytes, blocks) && workspace.holds(numbers)
        ? workspace.readBlocks(bytes, from, stop, maxSize, numbers, blocks, origin)
        : readBlockRun(bytes, from, stop, maxSize, numbers, blocks, origin);
    this.counts.blocks += blocks.count - before;
    if (next > from) this.#confirmed = blocks.count - 1;
    return next;
  }

  /** Offset that the bounds of a fragment's blocks count from: that of the first one. They stay true when bytes move. */
  #blocksFrom(offset: number): number {
    if (this.#blocksOffset < 0) this.#blocksOffset = offset;
    return this.#blocksOffset;
  }

  #numberTracks(): void {
    const numbers = this.#numbers;
    const tracks = this.currentTracks;
    this.#numbered = tracks;
    numbers.fill(NO_TRACK);
    // Where two entries have one number, or where there are more than the table can tell apart, blocks come one by one.
    if (new Set(tracks.map(({ number }) => number)).size < tracks.length || tracks.length > NO_TRACK) return;
    for (const [index, { number }] of tracks.entries()) {
      if (number < SHORT_TRACK_NUMBERS - 1) numbers[number] = index;
    }
  }

  block(header: BlockHeader): string | undefined {
    const track = this.#trackIndex(header.track);
    if (track < 0) return `a block belongs to track ${header.track}, which the segment does not have`;
    this.counts.blocks++;
    const blocks = this.#blocks;
    this.#confirmed = blocks.count;
    const { base } = this.#demuxer.reader;
    const shift = base - this.#blocksFrom(base + header.starts[0]!);
    for (let i = 0; i < header.frames; i++) {
      blocks.add(
        track,
        i === 0 ? header.timecode : CONTINUES,
        header.starts[i]! + shift,
        header.ends[i]! + shift,
      );
    }
    return undefined;
  }

  /** Index of a track in `currentTracks`, -1 where it has none of that number. */
  #trackIndex(number: number): number {
    const tracks = this.currentTracks;
    let track = this.#lastTrack;
    if (tracks[track]?.number !== number) {
      track = tracks.findIndex((candidate) => candidate.number === number);
      if (track < 0) return track;
    }
    // The tracks alternate, so the next block is likely the other one's.
    this.#lastTrack = track + 1 < tracks.length ? track + 1 : 0;
    return track;
  }

  clusterEnd(offset: number): void {
    if (this.#state !== 'open') return;
    this.#confirmed = this.#blocks.count;
    this.#state = 'closed';
    this.#clusterEnd = offset;
  }

  /** A Segment without its header right behind a block: if the block's size is odd, it has swallowed the header. */
  #doubtLastBlock(offset: number): void {
    const blocks = this.#blocks;
    const last = blocks.count - 1;
    if (this.#state !== 'closed' || this.#clusterEnd !== offset || last < 0 || this.#isUsual(last)) return;
    blocks.count = last;
    this.counts.blocks--;
  }

  damaged(_offset: number, _reason: string, keepUntil: number, between: boolean): void {
    if (this.#state === 'open' && !between) {
      const blocks = this.#blocks;
      const limit = keepUntil - this.#blocksOffset;
      let keep = this.#confirmed;
      if (keep < blocks.count && this.#isUsual(keep)) keep = blocks.count;
      while (keep > 0 && blocks.end[keep - 1]! > limit) keep--;
      this.counts.blocks -= blocks.count - keep;
      blocks.count = keep;
      this.#finish('damaged');
    } else {
      this.#finish('whole');
    }
  }

  resumed(damageOffset: number, _offset: number, skipped: number, reason: string): void {
    this.#handler.damage?.({ kind: 'corrupt', offset: damageOffset, skippedBytes: skipped, reason });
  }

  truncated(offset: number, reason: string): void {
    // What was open closes after this call; the tags that were complete by then still count.
    this.#cut = this.#state === 'open';
    this.#handler.damage?.({ kind: 'truncated', offset, skippedBytes: 0, reason });
  }

  /** Whether a block that nothing sound followed has the size its track's blocks have. */
  #isUsual(index: number): boolean {
    const { track, start, end } = this.#blocks;
    const size = end[index]! - start[index]!;
    for (let i = index - 1; i >= 0; i--) {
      if (track[i] === track[index]) return end[i]! - start[i]! === size;
    }
    return this.#usualSize.get(track[index]!) === size;
  }

  #finish(state: Fragment['state'], continues = false): void {
    const tags = this.#tags;
    if (this.#state === 'none') {
      if (tags.size > 0) {
        this.#tags = new Map();
        this.#handler.tagsOnly?.(tags, this.#documentOffset);
      }
      return;
    }
    const blocks = this.#blocks;
    const reader = this.#demuxer.reader;
    const { bytes } = reader;
    const from = this.#blocksOffset < 0 ? 0 : reader.locate(this.#blocksOffset);
    this.#blocksOffset = -1;
    this.#tags = new Map();
    this.#state = 'none';
    const timestamp = this.#timestamp;
    if (timestamp === undefined) {
      // What the end of the input cut off before its time has been told of as that.
      if (state !== 'cut') {
        this.#handler.damage?.({
          kind: 'corrupt',
          offset: this.#clusterOffset,
          skippedBytes: 0,
          reason: 'a Cluster has no Timestamp',
        });
      }
      if (tags.size > 0) this.#handler.tagsOnly?.(tags, this.#documentOffset);
    } else {
      const last = blocks.count - 1;
      if (last >= 0) this.#usualSize.set(blocks.track[last]!, blocks.end[last]! - blocks.start[last]!);
      this.#handler.fragment(
        new Fragment({
          offset: this.#offset,
          documentOffset: this.#documentOffset,
          info: this.segmentInfo,
          tracks: this.currentTracks,
          tags,
          timestamp,
          bytes: new Uint8Array(bytes.buffer, bytes.byteOffset + from, bytes.length - from),
          blocks,
          state,
          continues,
        }),
      );
    }
    blocks.count = 0;
    this.#confirmed = 0;
  }
}
