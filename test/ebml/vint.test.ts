// Variable-size integers: every width, its limits, and the reserved values.
import { describe, expect, it } from 'vitest';
import { unknownSize, vint } from '../../fixtures/mkv-writer.ts';
import { isReservedId, readId, readSize, UNKNOWN_SIZE, vintWidth } from '../../src/ebml/vint.ts';

describe('vintWidth', () => {
  it.each([
    [0xff, 1],
    [0x80, 1],
    [0x7f, 2],
    [0x40, 2],
    [0x20, 3],
    [0x1a, 4],
    [0x0f, 5],
    [0x04, 6],
    [0x02, 7],
    [0x01, 8],
  ])('reads 0x%s as %i bytes', (first, width) => {
    expect(vintWidth(first)).toBe(width);
  });

  it('answers 9 where no marker bit is set', () => {
    expect(vintWidth(0)).toBe(9);
  });
});

describe('readId', () => {
  it.each([
    ['a3', 0xa3],
    ['4286', 0x4286],
    ['2ad7b1', 0x2ad7b1],
    ['1a45dfa3', 0x1a45dfa3],
  ])('keeps the marker bits of %s', (hex, id) => {
    const bytes = Buffer.from(`00${hex}`, 'hex');
    expect(readId(bytes, 1, hex.length / 2)).toBe(id);
  });
});

describe('isReservedId', () => {
  it.each([
    [0x80, 1],
    [0xff, 1],
    [0x4000, 2],
    [0x7fff, 2],
    [0x200000, 3],
    [0x3fffff, 3],
    [0x10000000, 4],
    [0x1fffffff, 4],
  ])('refuses 0x%s', (id, width) => {
    expect(isReservedId(id, width)).toBe(true);
  });

  it.each([
    [0x81, 1],
    [0xfe, 1],
    [0x4286, 2],
    [0x2ad7b1, 3],
    [0x1a45dfa3, 4],
  ])('accepts 0x%s', (id, width) => {
    expect(isReservedId(id, width)).toBe(false);
  });
});

describe('readSize', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('reads the smallest and the largest of %i bytes', (width) => {
    const largest = width < 8 ? 2 ** (7 * width) - 2 : 2 ** 52;
    for (const value of [0, 1, 126, largest].filter((size) => size <= largest)) {
      expect(readSize(vint(value, width), 0, width)).toBe(value);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('knows the unknown size of %i bytes', (width) => {
    expect(readSize(unknownSize(width), 0, width)).toBe(UNKNOWN_SIZE);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('takes one bit less than unknown for a size, %i bytes', (width) => {
    const bytes = unknownSize(width);
    bytes[width - 1] = bytes[width - 1]! & 0xfe;
    expect(readSize(bytes, 0, width)).toBeGreaterThan(0);
  });
});
