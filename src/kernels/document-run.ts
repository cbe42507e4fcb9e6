// What the compiled loop over whole documents is told, and what it answers: `read_documents` in `kernels.wat`.
import type { BlockColumns } from './block-columns.ts';
import { TrackSlots } from './track-slots.ts';

/** What may stand in a place of the Tags where documents differ. */
export const HOLE = { anything: 0, number: 1, producerTimestamp: 2 } as const;

/** Places where documents differ, per Tags run. */
const MAX_HOLES = 16;

/** Documents that are taken in one go, and bytes of the number of one. */
const MAX_DOCUMENTS = 64;
export const MAX_NUMBER_BYTES = 128;

/** Bytes of what is told and answered. */
const FACTS_BYTES = 160;

/** Below it both ways, the difference of two times has room in 64 bits with a sign. */
const MAX_NANOSECONDS = 2n ** 62n;

/** Tags elements that stand one behind the other: bytes in the workspace, and the places where documents differ. */
export interface TagsForm {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Three numbers a place, in order: where it begins and ends in `bytes`, and one of `HOLE`. */
  readonly holes: readonly number[];
}

/**
 * Layers that know a part of it each set that, before one of them has `Workspace.readDocuments` run. Where each fact
 * stands, a comment at `read_documents` says in bytes; the indices here are a quarter of that (`#ints`) or an eighth.
 */
export class DocumentRun {
  readonly address: number;
  readonly #ints: Int32Array;
  readonly #floats: Float64Array;
  readonly #longs: BigInt64Array;
  readonly #bytes: Buffer;
  readonly #number: number;
  readonly #numbers: number;
  readonly #usual: Int32Array;
  readonly #holes: readonly Int32Array[];

  /** @param countAt Address of the count of `readBlocks`. */
  constructor(buffer: ArrayBuffer, allocate: (bytes: number) => number, slots: TrackSlots, countAt: number) {
    this.address = allocate(FACTS_BYTES);
    this.#ints = new Int32Array(buffer, this.address, FACTS_BYTES / 4);
    this.#floats = new Float64Array(buffer, this.address, FACTS_BYTES / 8);
    this.#longs = new BigInt64Array(buffer, this.address, FACTS_BYTES / 8);
    this.#bytes = Buffer.from(buffer);
    this.#number = allocate(MAX_NUMBER_BYTES);
    this.#numbers = allocate(MAX_DOCUMENTS * MAX_NUMBER_BYTES);
    this.#usual = new Int32Array(buffer, allocate(4 * TrackSlots.COUNT), TrackSlots.COUNT);
    this.#holes = [0, 1].map(() => new Int32Array(buffer, allocate(12 * MAX_HOLES), 3 * MAX_HOLES));
    const ints = this.#ints;
    ints[12] = this.#holes[0]!.byteOffset;
    ints[16] = this.#holes[1]!.byteOffset;
    ints[25] = this.#usual.byteOffset;
    ints[26] = countAt;
    ints[27] = slots.address;
    ints[29] = this.#number;
    ints[31] = this.#numbers;
    ints[32] = MAX_DOCUMENTS;
    ints[33] = allocate(8 * TrackSlots.COUNT);
  }

  /** How each document begins, up to its first Tags, in the workspace; payloads of blocks have `maxSize` bytes at most. */
  setPreamble({ byteOffset, length }: Uint8Array, maxSize: number): void {
    this.#ints[8] = byteOffset;
    this.#ints[9] = length;
    this.#ints[18] = maxSize;
  }

  /** The Tags before and after the Cluster. Answers false where there are more places than there is room for. */
  setTags(before: TagsForm, after: TagsForm | undefined): boolean {
    return this.#setTags(10, 0, before) && this.#setTags(14, 1, after);
  }

  #setTags(at: number, index: number, form: TagsForm | undefined): boolean {
    const { bytes, length, holes } = form ?? { bytes: this.#bytes, length: 0, holes: [] };
    const places = this.#holes[index]!;
    if (holes.length > places.length) return false;
    places.set(holes);
    this.#ints[at] = bytes.byteOffset;
    this.#ints[at + 1] = length;
    this.#ints[at + 3] = holes.length / 3;
    return true;
  }

  /** @param numbers The index of each short track number's track. Both lie in the workspace. */
  setBlocks(numbers: Uint8Array, { track, timecode, start, end }: BlockColumns): void {
    const ints = this.#ints;
    ints[19] = numbers.byteOffset;
    ints[20] = track.length;
    ints[21] = track.byteOffset;
    ints[22] = timecode.byteOffset;
    ints[23] = start.byteOffset;
    ints[24] = end.byteOffset;
  }

  /**
   * @param greatest The greatest number so far, ASCII digits; each document's is one of as many digits, and greater.
   */
  setNumber(greatest: string): void {
    this.#ints[30] = greatest.length;
    for (let i = 0; i < greatest.length; i++) this.#bytes[this.#number + i] = greatest.charCodeAt(i);
  }

  /**
   * Answers false for times that the loop cannot count with.
   * @param tickNs Nanoseconds of a tick.
   * @param originNs What the slots' positions count from, nanoseconds since the epoch.
   * @param latestNs No Cluster's time is later, nanoseconds since the epoch.
   * @param clockToleranceMs How far a Cluster's time and the producer timestamp may differ.
   * @param tracks How many slots are set.
   */
  setTime(
    tickNs: number,
    originNs: bigint,
    latestNs: bigint,
    clockToleranceMs: number,
    tracks: number,
  ): boolean {
    if (originNs <= -MAX_NANOSECONDS || latestNs < 0n || latestNs >= MAX_NANOSECONDS) return false;
    this.#floats[0] = tickNs / 1e6;
    this.#floats[1] = clockToleranceMs;
    this.#longs[2] = originNs;
    this.#longs[3] = latestNs / BigInt(tickNs);
    this.#longs[19] = BigInt(tickNs);
    this.#ints[28] = tracks;
    return true;
  }

  /** Forgets what was found out. */
  begin(): void {
    const ints = this.#ints;
    ints[34] = 0;
    ints[35] = 0;
    this.#usual.fill(-1);
  }

  /** Documents that were taken, and all their blocks. */
  get documents(): number {
    return this.#ints[34]!;
  }

  get blocks(): number {
    return this.#ints[35]!;
  }

  /** It stopped for a document that does not fit into what the slots were lent. */
  get lacksRoom(): boolean {
    return this.#ints[37] !== 0;
  }

  /** Bytes of the last document's last block, where that is of track `index`; that of the newest document whose is. */
  usualSize(index: number): number | undefined {
    const size = this.#usual[index]!;
    return size < 0 ? undefined : size;
  }

  /** The numbers of the documents that were taken, one behind the other. */
  numbers(): string {
    return this.#bytes.toString('latin1', this.#numbers, this.#numbers + this.documents * this.#ints[30]!);
  }
}
