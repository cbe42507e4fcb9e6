// SimpleBlocks of one frame that follow each other, read in one short loop: they are nearly all of a stream.
import { MAX_SIZE_BYTES } from '../ebml/limits.ts';
import { readSize, vintWidth } from '../ebml/vint.ts';
import { LACING_MASK } from './block.ts';
import { SIMPLE_BLOCK } from './ids.ts';

/** Bytes of a SimpleBlock's header: a track number of one byte, the timecode, the flags. */
const SIMPLE_HEADER_BYTES = 4;

/** Bytes of a SimpleBlock's id, its size at its widest and its header. */
const MAX_BLOCK_START_BYTES = 1 + MAX_SIZE_BYTES + SIMPLE_HEADER_BYTES;

/** Track numbers of one byte: 0 to 126; all data bits set is none. */
export const SHORT_TRACK_NUMBERS = 128;

/** In a table of track numbers: there is no track of that number. */
export const NO_TRACK = 0xff;

/** What gets the blocks. */
export interface BlockSink {
  /** Blocks so far. */
  count: number;
  add(track: number, timecode: number, start: number, end: number): void;
}

/**
 * Reads as many plain blocks as there are from `bytes[from, stop)`, none with a payload of more than `maxSize` bytes;
 * answers the index at which it stopped. `kernels.wat` has the same loop.
 * @param tracks The index of each short track number's track, or `NO_TRACK`.
 * @param origin Index that the bounds count from.
 */
export function readBlockRun(
  bytes: Uint8Array,
  from: number,
  stop: number,
  maxSize: number,
  tracks: Uint8Array,
  sink: BlockSink,
  origin: number,
): number {
  const last = stop - MAX_BLOCK_START_BYTES;
  let pos = from;
  while (pos <= last && bytes[pos] === SIMPLE_BLOCK) {
    const sizeWidth = vintWidth(bytes[pos + 1]!);
    if (sizeWidth > MAX_SIZE_BYTES) break;
    const size = readSize(bytes, pos + 1, sizeWidth);
    const start = pos + 1 + sizeWidth;
    const end = start + size;
    if (size < SIMPLE_HEADER_BYTES || size > maxSize || end > stop) break;
    const number = bytes[start]! - 0x80;
    if (number < 0 || (bytes[start + 3]! & LACING_MASK) !== 0) break;
    const track = tracks[number]!;
    if (track === NO_TRACK) break;
    const timecode = ((bytes[start + 1]! << 24) | (bytes[start + 2]! << 16)) >> 16;
    sink.add(track, timecode, start + SIMPLE_HEADER_BYTES - origin, end - origin);
    pos = end;
  }
  return pos;
}
