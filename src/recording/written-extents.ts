// What was written to a file and may not be on the disk yet, with checksums by which a later process knows whether it is.
import { crc32 } from 'node:zlib';

/** Bytes `[start, end)` of a file and their CRC-32. */
export type WrittenExtent = [start: number, end: number, crc32: number];

/** A longer stretch is noted in pieces: what changes later has its piece read and summed once more. */
const MAX_BYTES = 256 * 1024;

interface Extent {
  start: number;
  end: number;
  /** Undefined after a change: it has to be summed anew. */
  sum: number | undefined;
  generation: number;
}

export class WrittenExtents {
  #extents: Extent[];
  #generation = 0;

  /** @param noted By an earlier process. */
  constructor(noted: readonly WrittenExtent[] = []) {
    this.#extents = noted.map(([start, end, sum]) => ({ start, end, sum, generation: 0 }));
  }

  /** `bytes` went to `position`, where nothing was before. */
  add(bytes: Uint8Array, position: number): void {
    const last = this.#extents.at(-1);
    const end = position + bytes.length;
    const goesOn = last?.sum !== undefined && last.end === position && last.generation === this.#generation;
    if (goesOn && end - last.start <= MAX_BYTES) {
      last.sum = crc32(bytes, last.sum);
      last.end = end;
      return;
    }
    this.#extents.push({ start: position, end, sum: crc32(bytes), generation: this.#generation });
  }

  /** Bytes that may have stood before are changed. */
  change(start: number, end: number): void {
    for (const extent of this.#extents) {
      if (extent.start < end && start < extent.end) extent.sum = undefined;
    }
    this.#extents.push({ start, end, sum: undefined, generation: this.#generation });
  }

  /** Everything noted; `read` gets what is summed anew. */
  list(read: (start: number, end: number) => Uint8Array): WrittenExtent[] {
    return this.#extents.map((extent) => {
      extent.sum ??= crc32(read(extent.start, extent.end));
      return [extent.start, extent.end, extent.sum];
    });
  }

  /** What is noted up to here is about to be brought to the disk; call what this answers when it is there. */
  mark(): () => void {
    const generation = this.#generation++;
    return () => {
      this.#extents = this.#extents.filter((extent) => extent.generation > generation);
    };
  }
}

/** Whether bytes are those that an extent was noted for. */
export function isSame([, , sum]: WrittenExtent, bytes: Uint8Array): boolean {
  return crc32(bytes) === sum;
}
