// A piece of a dump: a fragment with all that stands up to the next one, and how one comes about.

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

export const SEGMENT_ID_BYTES = 4;

export interface Document {
  start: number;
  /** Where its first Tags or Cluster stands. */
  headEnd: number;
  segmentAt: number;
  headless: boolean;
  pieces: number;
}

export class OpenPiece {
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

export type UnnumberedPiece = Omit<Piece, 'number'> & { readonly number: bigint | null };

/** Where a document's head lies, once that is known. */
export function headOf({ start, headEnd, headless }: Document): Range | null {
  return headless || headEnd < 0 ? null : { start, end: headEnd };
}

export function finished(open: OpenPiece, end: number): UnnumberedPiece {
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
export function numbered(pieces: UnnumberedPiece[]): Piece[] {
  const known = pieces.findIndex(({ number }) => number !== null);
  let previous =
    known < 0 ? FIRST_NUMBER : (pieces[known]!.number as bigint) - BigInt(known + 1) * 1_000_000_000n;
  const step = known < 0 ? NUMBER_STEP : 1_000_000_000n;
  return pieces.map((piece) => {
    previous = piece.number ?? previous + step;
    return { ...piece, number: previous };
  });
}
