// Where the fragments of a dump lie, and when they are: byte ranges found by the project's own demuxer.

import { FRAGMENT_NUMBER, PRODUCER_TIMESTAMP, SERVER_TIMESTAMP, timestampMs } from '../kvs/tags.ts';
import type { BlockHeader } from '../matroska/block.ts';
import { MatroskaDemuxer, type MatroskaHandler, type SegmentInfo, type Tag } from '../matroska/demuxer.ts';
import {
  type Document,
  finished,
  headOf,
  numbered,
  OpenPiece,
  type Piece,
  type Range,
  SEGMENT_ID_BYTES,
  type UnnumberedPiece,
} from './piece.ts';

export interface IndexerOptions {
  /** Every Cluster is a fragment, numbered or not: how the service reads what a producer sends. */
  readonly everyCluster?: boolean;
  /** A fragment's Cluster has told its Timestamp, milliseconds since the epoch of the segment. */
  readonly onBegun?: (clusterMs: number) => void;
  /** A fragment is complete. Its number is null where the input has none. */
  readonly onPiece?: (piece: UnnumberedPiece) => void;
}

/** Push a dump in, any chunking; `end` answers its pieces. */
export class DumpIndexer implements MatroskaHandler {
  readonly #options: IndexerOptions;
  readonly #demuxer = new MatroskaDemuxer(this);
  readonly #pieces: { open: OpenPiece; end: number }[] = [];
  #document: Document = { start: 0, headEnd: -1, segmentAt: -1, headless: true, pieces: 0 };
  #open = new OpenPiece(0, this.#document, true);
  #info: SegmentInfo | null = null;

  constructor(options: IndexerOptions = {}) {
    this.#options = options;
  }

  /** The head of the newest document, once it is complete. */
  get head(): Range | null {
    return headOf(this.#document);
  }

  /** Offset of the size field of that document's Segment. */
  get segmentSizeAt(): number | null {
    const { segmentAt } = this.#document;
    return segmentAt < 0 ? null : segmentAt + SEGMENT_ID_BYTES;
  }

  push(chunk: Uint8Array): void {
    this.#demuxer.push(chunk);
  }

  end(): Piece[] {
    this.#demuxer.end();
    const size = this.#demuxer.reader.received;
    this.#close(size);
    const last = this.#pieces.at(-1);
    if (last !== undefined) last.end = size;
    else if (size > 0) this.#pieces.push({ open: this.#open, end: size });
    return numbered(this.#pieces.map(({ open, end }) => finished(open, end)));
  }

  document(offset: number, headless: boolean): void {
    this.#document = { start: offset, headEnd: -1, segmentAt: -1, headless, pieces: 0 };
    this.#begin(offset, true);
  }

  segment(offset: number): void {
    this.#document.segmentAt = offset;
    this.#info = null;
  }

  info(info: SegmentInfo): void {
    this.#info = info;
  }

  tracks(): void {}

  tags(tags: Tag[], offset: number): void {
    if (this.#document.headEnd < 0) this.#document.headEnd = offset;
    const number = tags.find(({ name }) => name === FRAGMENT_NUMBER)?.value;
    // Between two Clusters of a Segment, a fragment number is the first thing said of the second.
    if (number !== undefined && this.#open.clusters > 0 && this.#open.number !== null)
      this.#begin(offset, false);
    const open = this.#open;
    if (number !== undefined && /^\d{1,128}$/.test(number)) open.number ??= BigInt(number);
    for (const { name, value } of tags) {
      if (PRODUCER_TIMESTAMP.includes(name)) open.producerMs ??= timestampMs(value);
      if (SERVER_TIMESTAMP.includes(name)) open.serverMs ??= timestampMs(value);
    }
  }

  cluster(offset: number): void {
    if (this.#document.headEnd < 0) this.#document.headEnd = offset;
    if (this.#options.everyCluster && this.#open.clusters > 0) this.#begin(offset, false);
    if (this.#open.clusters === 0) this.#document.pieces++;
    this.#open.clusters++;
  }

  timestamp(ticks: bigint): void {
    this.#open.clusterMs = Number(ticks) * ((this.#info?.timestampScale ?? 1_000_000) / 1e6);
    this.#seen(this.#open.clusterMs);
    if (this.#open.clusters === 1) this.#options.onBegun?.(this.#open.clusterMs);
  }

  block(header: BlockHeader): undefined {
    const open = this.#open;
    const ms = open.clusterMs + header.timecode * ((this.#info?.timestampScale ?? 1_000_000) / 1e6);
    this.#seen(ms);
    if (open.track < 0) {
      open.track = header.track;
      open.trackFirstMs = ms;
    }
    if (header.track === open.track) {
      open.blocks++;
      open.trackLastMs = ms;
    }
  }

  clusterEnd(): void {}

  damaged(): void {
    this.#open.damaged = true;
  }

  resumed(): void {
    this.#open.damaged = true;
  }

  truncated(): void {
    this.#open.damaged = true;
  }

  #seen(ms: number): void {
    this.#open.firstMs = Math.min(this.#open.firstMs, ms);
    this.#open.lastMs = Math.max(this.#open.lastMs, ms);
  }

  #begin(offset: number, first: boolean): void {
    const start = this.#close(offset) ? offset : this.#pieces.length === 0 ? 0 : offset;
    this.#open = new OpenPiece(start, this.#document, first);
  }

  /** Ends the open piece; what has no Cluster is no fragment and goes with the one before. */
  #close(offset: number): boolean {
    const open = this.#open;
    const last = this.#pieces.at(-1);
    if (open.clusters > 0 && this.#options.onPiece) this.#options.onPiece(finished(open, offset));
    else if (open.clusters > 0) this.#pieces.push({ open, end: offset });
    else if (last !== undefined) last.end = offset;
    return open.clusters > 0;
  }
}
