// Block and SimpleBlock payloads (RFC 9559 section 10): track, relative timestamp, and the frames of the three lacings.
import { readSize, UNKNOWN_SIZE, vintWidth } from '../ebml/vint.ts';

/** Bits of the flags that say how a block's frames are laced. */
export const LACING_MASK = 0x06;
const XIPH = 0x02;
const FIXED = 0x04;

/** Most frames in a lace: their count is one byte, less one. */
const MAX_FRAMES = 256;

/** A parsed block; one instance is filled again for each block, so that the hot path allocates nothing. */
export class BlockHeader {
  track = 0;
  /** Ticks relative to the Cluster's Timestamp, signed 16 bits. */
  timecode = 0;
  frames = 0;
  /** Bounds of frame `i` in the bytes that were parsed: `starts[i]`, `ends[i]`. */
  readonly starts = new Float64Array(MAX_FRAMES);
  readonly ends = new Float64Array(MAX_FRAMES);

  /** Fills this from the payload `bytes[start, end)`; answers what is wrong with it, if anything is. */
  parse(bytes: Uint8Array, start: number, end: number): string | undefined {
    if (end - start < 4) return 'a block is too short for its header';
    const width = vintWidth(bytes[start]!);
    if (width > 4 || start + width + 3 > end) return 'a block has no valid track number';
    this.track = readSize(bytes, start, width);
    const at = start + width;
    this.timecode = ((bytes[at]! << 24) | (bytes[at + 1]! << 16)) >> 16;
    const lacing = bytes[at + 2]! & LACING_MASK;
    if (lacing === 0) {
      this.frames = 1;
      this.starts[0] = at + 3;
      this.ends[0] = end;
      return undefined;
    }
    return this.#parseLace(bytes, at + 3, end, lacing);
  }

  #parseLace(bytes: Uint8Array, start: number, end: number, lacing: number): string | undefined {
    if (start >= end) return 'a laced block has no frame count';
    const frames = bytes[start]! + 1;
    let at = start + 1;
    const sizes: number[] = [];
    if (lacing === FIXED) {
      if ((end - at) % frames !== 0) return 'the frames of a fixed lace are not of one size';
      for (let i = 0; i < frames; i++) sizes.push((end - at) / frames);
    } else if (lacing === XIPH) {
      for (let i = 0; i < frames - 1; i++) {
        let size = 0;
        let byte = 255;
        while (byte === 255) {
          if (at >= end) return 'a Xiph lace is cut off';
          byte = bytes[at++]!;
          size += byte;
        }
        sizes.push(size);
      }
    } else {
      let size = 0;
      for (let i = 0; i < frames - 1; i++) {
        if (at >= end) return 'an EBML lace is cut off';
        const width = vintWidth(bytes[at]!);
        if (width > 8 || at + width > end) return 'an EBML lace has a size that is not valid';
        const value = readSize(bytes, at, width);
        // The first size stands as it is, each further one as the signed difference from the one before.
        if (i === 0) {
          if (value === UNKNOWN_SIZE) return 'an EBML lace has a size that is not valid';
          size = value;
        } else {
          const raw = value === UNKNOWN_SIZE ? 2 ** (7 * width) - 1 : value;
          size += raw - (2 ** (7 * width - 1) - 1);
        }
        if (size < 0) return 'an EBML lace has a frame of negative size';
        sizes.push(size);
        at += width;
      }
    }
    if (lacing !== FIXED) {
      const rest = end - at - sizes.reduce((sum, size) => sum + size, 0);
      if (rest < 0) return 'the frames of a lace are larger than their block';
      sizes.push(rest);
    }
    this.frames = frames;
    for (let i = 0; i < frames; i++) {
      this.starts[i] = at;
      at += sizes[i]!;
      this.ends[i] = at;
    }
    return undefined;
  }
}
