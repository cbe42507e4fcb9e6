// The blocks of one fragment as columns: a thousand calls a second must not make an object a block.

const INITIAL_BLOCKS = 64;

/** Timecode of a frame that follows its lace's first one without a timestamp of its own. */
export const CONTINUES = -0x8000_0000;

/** Columns of equal length `count`; bounds are indices into the fragment's `bytes`. */
export class BlockList {
  count = 0;
  /** Index into the fragment's `tracks`. */
  track = new Uint16Array(INITIAL_BLOCKS);
  /** Ticks relative to the Cluster's Timestamp, or `CONTINUES`. */
  timecode = new Int32Array(INITIAL_BLOCKS);
  start = new Uint32Array(INITIAL_BLOCKS);
  end = new Uint32Array(INITIAL_BLOCKS);

  add(track: number, timecode: number, start: number, end: number): void {
    const at = this.count;
    if (at === this.track.length) this.#grow();
    this.track[at] = track;
    this.timecode[at] = timecode;
    this.start[at] = start;
    this.end[at] = end;
    this.count = at + 1;
  }

  /** A list of its own with every bound moved by `by` bytes. */
  moved(by: number): BlockList {
    const copy = new BlockList();
    copy.count = this.count;
    copy.track = this.track.slice(0, this.count);
    copy.timecode = this.timecode.slice(0, this.count);
    copy.start = this.start.slice(0, this.count).map((at) => at + by);
    copy.end = this.end.slice(0, this.count).map((at) => at + by);
    return copy;
  }

  #grow(): void {
    const grow = <T extends Uint16Array | Int32Array | Uint32Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    const length = this.track.length * 2;
    this.track = grow(this.track, new Uint16Array(length));
    this.timecode = grow(this.timecode, new Int32Array(length));
    this.start = grow(this.start, new Uint32Array(length));
    this.end = grow(this.end, new Uint32Array(length));
  }
}
