// How a file of unknown length is cut into the parts of a multipart upload.

/** The least that a part other than the last may have, and so the least that is held back. */
export const PART_BYTES = 5 * 1024 * 1024;

/** Parts of one size in a row. With ten doublings after 990 parts each, 10,000 parts hold 5.3 TiB. */
const PARTS_OF_A_SIZE = 990;

// 10,000 parts at most, 5 MiB to 5 GiB each: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
export const MAX_PARTS = 10_000;

export interface PartRange {
  /** From 1. */
  readonly number: number;
  /** Offset of its first byte in the file. */
  readonly start: number;
  /** Offset after its last byte. */
  readonly end: number;
}

/** The place of a part; depends on nothing but its number, so that any process cuts a file the same way. */
export function partRange(number: number): PartRange {
  const doublings = Math.floor((number - 1) / PARTS_OF_A_SIZE);
  const within = (number - 1) % PARTS_OF_A_SIZE;
  const size = PART_BYTES * 2 ** doublings;
  // All full rows before: 990 × (1 + 2 + 4 + …) parts of the first size.
  const start = PARTS_OF_A_SIZE * PART_BYTES * (2 ** doublings - 1) + within * size;
  return { number, start, end: start + size };
}

/** The parts of a file of `size` bytes, the last one as long as it takes. */
export function* partsOf(size: number): Generator<PartRange> {
  for (let number = 1; ; number++) {
    const range = partRange(number);
    if (number > 1 && range.start >= size) return;
    yield { ...range, end: Math.min(range.end, size) };
  }
}
