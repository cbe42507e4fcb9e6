// SimpleBlocks of one frame that follow each other, read in one short loop: they are nearly all of a stream.
import { MAX_SIZE_BYTES } from '../ebml/limits.ts';
import { readSize, vintWidth } from '../ebml/vint.ts';
import { LACING_MASK } from './block.ts';
import { SIMPLE_BLOCK } from './ids.ts';

/** Most blocks of a run. */
const MAX_BLOCKS = 128;

/** Bytes of a SimpleBlock's header: a track number of one byte, the timecode, the flags. */
const SIMPLE_HEADER_BYTES = 4;

/** Bytes of a SimpleBlock's id, its size at its widest and its header. */
const MAX_BLOCK_START_BYTES = 1 + MAX_SIZE_BYTES + SIMPLE_HEADER_BYTES;

/** All data bits set: no track number. */
const RESERVED_TRACK = 0x7f;

/** Columns of equal length `count`, filled again for each run. Bounds are indices into the bytes that were read. */
export class BlockRun {
  count = 0;
  /** Where the block's element begins. */
  readonly at = new Uint32Array(MAX_BLOCKS);
  /** The track's number. */
  readonly track = new Uint8Array(MAX_BLOCKS);
  /** Ticks relative to the Cluster's Timestamp. */
  readonly timecode = new Int16Array(MAX_BLOCKS);
  readonly start = new Uint32Array(MAX_BLOCKS);
  readonly end = new Uint32Array(MAX_BLOCKS);

  /**
   * Reads as many plain blocks as there are from `bytes[from, stop)`, none with a payload of more than `maxSize` bytes;
   * answers the index at which it stopped.
   */
  fill(bytes: Uint8Array, from: number, stop: number, maxSize: number): number {
    const last = stop - MAX_BLOCK_START_BYTES;
    let pos = from;
    let count = 0;
    while (count < MAX_BLOCKS && pos <= last && bytes[pos] === SIMPLE_BLOCK) {
      const sizeWidth = vintWidth(bytes[pos + 1]!);
      if (sizeWidth > MAX_SIZE_BYTES) break;
      const size = readSize(bytes, pos + 1, sizeWidth);
      const start = pos + 1 + sizeWidth;
      const end = start + size;
      if (size < SIMPLE_HEADER_BYTES || size > maxSize || end > stop) break;
      const track = bytes[start]! - 0x80;
      if (track < 0 || track === RESERVED_TRACK || (bytes[start + 3]! & LACING_MASK) !== 0) break;
      this.at[count] = pos;
      this.track[count] = track;
      this.timecode[count] = (bytes[start + 1]! << 8) | bytes[start + 2]!;
      this.start[count] = start + SIMPLE_HEADER_BYTES;
      this.end[count] = end;
      count++;
      pos = end;
    }
    this.count = count;
    return pos;
  }
}
