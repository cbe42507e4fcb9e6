// Where the fragments of a dump lie, and when they are: byte ranges found by the project's own demuxer.

import { FRAGMENT_NUMBER, PRODUCER_TIMESTAMP, SERVER_TIMESTAMP, timestampMs } from '../kvs/tags.ts';
import type { BlockHeader } from '../matroska/block.ts';
import { MatroskaDemuxer, type MatroskaHandler, type SegmentInfo, type Tag } from '../matroska/demuxer.ts';

/** A range of bytes, the end not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** What GetMedia sends as one: a fragment with all that stands up to the next one. Ranges of a dump leave nothing out. */
export interface Piece extends Range {
  /** The fragment's number; given by the simulator where the dump has none. */
  number: bigint;
  /** The dump itself says the number. */
  readonly numbered: boolean;
  /** Milliseconds since the epoch of the first block, by the Cluster's Timestamp. */
  readonly startMs: number;
  readonly durationMs: number;
  /** Milliseconds since the epoch, from the tags; by the Cluster's Timestamp where there are none. */
  readonly producerMs: number;
  readonly serverMs: number;
  /** Its document from the start up to the first tags or Cluster; null where that is lost. */
  readonly head: Range | null;
  /** It begins with that head; whoever begins with another piece needs the head first. */
  readonly opens: boolean;
  /** Offset of the size field of its document's Segment, where that must be unknown for the piece to stand alone. */
  readonly segmentSizeAt: number | null;
  /** Its structure is broken somewhere. */
  readonly damaged: boolean;
}

/** Where numbers start that a dump does not have, and how far apart they are: magnitudes as captures have them. */
export const FIRST_NUMBER = 91343852333181432392682062607742920146159169392n;
export const NUMBER_STEP = 4951760157141521099596496896n;

const SEGMENT_ID_BYTES = 4;

interface Document {
  start: number;
  /** Where its first Tags or Cluster stands. */
  headEnd: number;
  segmentAt: number;
  headless: boolean;
  pieces: number;
}

class OpenPiece {
  clusters = 0;
  number: bigint | null = null;
  producerMs: number | null = null;
  serverMs: number | null = null;
  clusterMs = 0;
  firstMs = Number.POSITIVE_INFINITY;
  lastMs = Number.NEGATIVE_INFINITY;
  damaged = false;
  /** Blocks of the first track, for the length of one. */
  track = -1;
  blocks = 0;
  trackFirstMs = 0;
  trackLastMs = 0;
  constructor(
    public start: number,
    readonly document: Document,
    readonly first: boolean,
  ) {}
}

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

export type UnnumberedPiece = Omit<Piece, 'number'> & { readonly number: bigint | null };

function headOf({ start, headEnd, headless }: Document): Range | null {
  return headless || headEnd < 0 ? null : { start, end: headEnd };
}

function finished(open: OpenPiece, end: number): UnnumberedPiece {
  const { document } = open;
  const startMs = Number.isFinite(open.firstMs) ? open.firstMs : 0;
  const block = open.blocks > 1 ? (open.trackLastMs - open.trackFirstMs) / (open.blocks - 1) : 0;
  const producerMs = open.producerMs ?? startMs;
  const alone = document.pieces <= 1;
  return {
    start: open.start,
    end,
    number: open.number,
    numbered: open.number !== null,
    startMs,
    durationMs: open.lastMs >= open.firstMs ? Math.max(0, open.lastMs - open.firstMs + block) : 0,
    producerMs,
    serverMs: open.serverMs ?? producerMs,
    head: headOf(document),
    opens: open.first,
    segmentSizeAt: alone || document.segmentAt < 0 ? null : document.segmentAt + SEGMENT_ID_BYTES,
    damaged: open.damaged,
  };
}

/** Gives numbers to those that have none: just after the one before, just before the one after. */
function numbered(pieces: UnnumberedPiece[]): Piece[] {
  const known = pieces.findIndex(({ number }) => number !== null);
  let previous =
    known < 0 ? FIRST_NUMBER : (pieces[known]!.number as bigint) - BigInt(known + 1) * 1_000_000_000n;
  const step = known < 0 ? NUMBER_STEP : 1_000_000_000n;
  return pieces.map((piece) => {
    previous = piece.number ?? previous + step;
    return { ...piece, number: previous };
  });
}
