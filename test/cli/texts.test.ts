import { describe, expect, test } from 'vitest';
import { columns } from '../../src/cli/columns.ts';
import { clock, durationText } from '../../src/cli/duration-text.ts';
import { sizeText } from '../../src/cli/size-text.ts';

describe('texts for people', () => {
  test.each([
    [0, '0:00.000'],
    [999.6, '0:01.000'],
    [61_234, '1:01.234'],
    [3_600_000, '1:00:00.000'],
    [90_061_001, '25:01:01.001'],
  ])('a duration of %d ms', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));

  test.each([
    [0.4, '0:00'],
    [59.6, '1:00'],
    [3725, '1:02:05'],
    [-1, '0:00'],
  ])('a clock at %d s', (seconds, text) => expect(clock(seconds)).toBe(text));

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [57_600_044, '58 MB'],
    [999_600, '1.0 MB'],
    [9_949, '9.9 kB'],
    [9_960, '10 kB'],
    [5e15, '5000 TB'],
  ])('a size of %d bytes', (bytes, text) => expect(sizeText(bytes)).toBe(text));

  test('columns are aligned, without blanks at the end', () => {
    expect(columns([['a', 'long cell', 'x'], ['bcd', '', ''], ['e']])).toBe('a    long cell  x\nbcd\ne');
  });
});
