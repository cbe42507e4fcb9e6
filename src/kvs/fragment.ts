// A fragment: one Cluster with every tag that describes it, before and after.
import type { SegmentInfo, Track } from '../matroska/demuxer.ts';
import type { BlockList } from './block-list.ts';
import { FRAGMENT_NUMBER, firstOf, PRODUCER_TIMESTAMP, SERVER_TIMESTAMP, timestampMs } from './tags.ts';

/**
 * A fragment as the stream gave it. It is valid until the call that delivered it returns; `keep()` makes a copy that
 * stays. Payloads are `bytes[blocks.start[i], blocks.end[i])`.
 */
export class Fragment {
  /** Offset in the stream of its document, or of its Cluster where a Segment has several. */
  readonly offset: number;
  /** Offset in the stream of its document: the Clusters of one Segment have the same. */
  readonly documentOffset: number;
  readonly info: SegmentInfo;
  readonly tracks: readonly Track[];
  /** Every tag by name; the last value where a name comes twice. Untrusted text. */
  readonly tags: ReadonlyMap<string, string>;
  /** The Cluster's Timestamp in ticks of `info.timestampScale` nanoseconds since the epoch. */
  readonly timestamp: bigint;
  readonly bytes: Uint8Array;
  readonly blocks: BlockList;
  /** `cut`: the input ended inside it; `damaged`: what stands here is what could be saved of it. */
  readonly state: 'whole' | 'cut' | 'damaged';
  /** Another Cluster of the same Segment follows, whose tags may describe this one, too. */
  readonly continues: boolean;

  #number: string | null | undefined;
  #producerMs: number | null | undefined;

  constructor(facts: Omit<Fragment, 'number' | 'producerMs' | 'serverMs' | 'clusterMs' | 'keep'>) {
    this.offset = facts.offset;
    this.documentOffset = facts.documentOffset;
    this.info = facts.info;
    this.tracks = facts.tracks;
    this.tags = facts.tags;
    this.timestamp = facts.timestamp;
    this.bytes = facts.bytes;
    this.blocks = facts.blocks;
    this.state = facts.state;
    this.continues = facts.continues;
  }

  /** The service's fragment number, a decimal of about 47 digits. */
  get number(): string | null {
    if (this.#number === undefined) {
      const number = this.tags.get(FRAGMENT_NUMBER);
      this.#number = number !== undefined && /^\d{1,128}$/.test(number) ? number : null;
    }
    return this.#number;
  }

  /** Producer timestamp tag, milliseconds since the epoch. */
  get producerMs(): number | null {
    if (this.#producerMs === undefined)
      this.#producerMs = timestampMs(firstOf(this.tags, PRODUCER_TIMESTAMP));
    return this.#producerMs;
  }

  /** Server timestamp tag, milliseconds since the epoch. */
  get serverMs(): number | null {
    return timestampMs(firstOf(this.tags, SERVER_TIMESTAMP));
  }

  /** The Cluster's Timestamp in milliseconds since the epoch, with a fraction. */
  get clusterMs(): number {
    return Number(this.timestamp) * (this.info.timestampScale / 1e6);
  }

  /** A copy that owns its bytes. */
  keep(): Fragment {
    const { count, start, end } = this.blocks;
    let from = Number.POSITIVE_INFINITY;
    let to = 0;
    for (let i = 0; i < count; i++) {
      from = Math.min(from, start[i]!);
      to = Math.max(to, end[i]!);
    }
    if (count === 0) from = 0;
    return new Fragment({
      ...this,
      bytes: new Uint8Array(this.bytes.subarray(from, to)),
      blocks: this.blocks.moved(-from),
    });
  }
}
