// What the compiled loops know of each track.

/** Where the audio of a fragment's tracks ends, and where its next bytes go. */
export class TrackSlots {
  /** Tracks that there is room for: Amazon Connect's streams have two. */
  static readonly COUNT = 8;

  /** Bytes of a slot in `kernels.wat`. */
  static readonly BYTES = 40;

  readonly address: number;
  readonly #floats: Float64Array;
  readonly #ints: Int32Array;
  readonly #lent: number[] = new Array<number>(TrackSlots.COUNT).fill(0);

  constructor(buffer: ArrayBuffer, address: number) {
    this.address = address;
    this.#floats = new Float64Array(buffer, address, (TrackSlots.COUNT * TrackSlots.BYTES) / 8);
    this.#ints = new Int32Array(buffer, address, (TrackSlots.COUNT * TrackSlots.BYTES) / 4);
  }

  /** Whether there is a slot for each of `count` tracks. */
  static suffice(count: number): boolean {
    return count <= TrackSlots.COUNT;
  }

  /** Track `index` is no audio: its blocks are passed over. */
  leaveOut(index: number): void {
    this.#ints[10 * index + 6] = 0;
  }

  /** @param end Sample frames so far. `rate` is in hertz, `tolerance` in sample frames. */
  set(index: number, end: number, rate: number, tolerance: number, frameBytes: number): void {
    this.#floats[5 * index] = end;
    this.#floats[5 * index + 1] = rate;
    this.#floats[5 * index + 2] = tolerance;
    this.#ints[10 * index + 6] = frameBytes;
  }

  /** The next bytes of track `index` go to `address`, where there is room for `bytes`. */
  lend(index: number, address: number, bytes: number): void {
    this.#ints[10 * index + 7] = address;
    this.#ints[10 * index + 8] = bytes;
    this.#lent[index] = bytes;
  }

  /** Bytes that were used of what was lent. */
  taken(index: number): number {
    return this.#lent[index]! - this.#ints[10 * index + 8]!;
  }

  /** Bytes that the document has for track `index` which did not fit. */
  needed(index: number): number {
    return this.#ints[10 * index + 9]!;
  }

  /** Sample frames so far. */
  end(index: number): number {
    return this.#floats[5 * index]!;
  }
}
