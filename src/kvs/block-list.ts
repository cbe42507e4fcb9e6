// The blocks of one fragment as columns: a thousand calls a second must not make an object a block.

import type { BlockColumns, Workspace } from '../kernels/workspace.ts';

const INITIAL_BLOCKS = 64;

/** The same in a workspace: the loops there stop where the columns are full, and a fragment of a second has 32 blocks. */
const WORKSPACE_BLOCKS = 512;

/** Timecode of a frame that follows its lace's first one without a timestamp of its own. */
export const CONTINUES = -0x8000_0000;

/** Columns of equal length `count`; bounds are indices into the fragment's `bytes`. */
export class BlockList implements BlockColumns {
  count = 0;
  /** Index into the fragment's `tracks`. */
  track!: Uint16Array;
  /** Ticks relative to the Cluster's Timestamp, or `CONTINUES`. */
  timecode!: Int32Array;
  start!: Uint32Array;
  end!: Uint32Array;
  readonly #workspace: Workspace | undefined;

  constructor(workspace?: Workspace) {
    this.#workspace = workspace;
    this.#makeColumns(workspace === undefined ? INITIAL_BLOCKS : WORKSPACE_BLOCKS);
  }

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
    const { track, timecode, start, end } = this;
    this.#makeColumns(track.length * 2);
    this.track.set(track);
    this.timecode.set(timecode);
    this.start.set(start);
    this.end.set(end);
  }

  /** All of them in one piece, so that none is in the workspace without the others. */
  #makeColumns(length: number): void {
    const bytes = this.#workspace?.bytes(14 * length) ?? new Uint8Array(14 * length);
    const { buffer, byteOffset } = bytes;
    this.timecode = new Int32Array(buffer, byteOffset, length);
    this.start = new Uint32Array(buffer, byteOffset + 4 * length, length);
    this.end = new Uint32Array(buffer, byteOffset + 8 * length, length);
    this.track = new Uint16Array(buffer, byteOffset + 12 * length, length);
  }
}
