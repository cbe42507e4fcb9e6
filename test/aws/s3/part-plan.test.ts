import { expect, test } from 'vitest';
import { MAX_PARTS, PART_BYTES, partRange, partsOf } from '../../../src/aws/s3/part-plan.ts';

test('10,000 parts without gaps hold more than 5 TiB, none beyond the limits of S3', () => {
  let end = 0;
  for (let number = 1; number <= MAX_PARTS; number++) {
    const range = partRange(number);
    expect(range.start).toBe(end);
    const size = range.end - range.start;
    if (size < PART_BYTES || size > 5 * 2 ** 30) throw new Error(`part ${number} has ${size} bytes`);
    end = range.end;
  }
  expect(end).toBeGreaterThan(5 * 2 ** 40);
});

test.each([
  [0, 1],
  [PART_BYTES, 1],
  [PART_BYTES + 1, 2],
  [990 * PART_BYTES, 990],
  [990 * PART_BYTES + 1, 991],
  // 990 × 5 × 1023 MiB in 9,900 parts, and 179,030 MiB in parts of 5 GiB.
  [5 * 2 ** 40, 9935],
])('%i bytes are %i parts', (size, count) => {
  const parts = [...partsOf(size)];
  expect(parts).toHaveLength(count);
  expect(parts.at(-1)?.end).toBe(size);
});
