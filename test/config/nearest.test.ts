import { describe, expect, test } from 'vitest';
import { nearest } from '../../src/config/nearest.ts';

const WORDS = ['layout', 'track', 'timeline', 'gapTolerance', 'contactId', 'to', 'from'];

describe('nearest', () => {
  test.each([
    ['layuot', 'layout'],
    ['LAYOUT', 'layout'],
    ['gap_tolerance', 'gapTolerance'],
    ['gap-tolernace', 'gapTolerance'],
    ['contact', 'contactId'],
    ['form', 'from'],
    ['timelines', 'timeline'],
    ['tpo', 'to'],
  ])('%s is %s', (word, meant) => expect(nearest(word, WORDS)).toBe(meant));

  test.each(['x', 'zz', 'frobnicate', ''])('%j is nothing', (word) =>
    expect(nearest(word, WORDS)).toBeUndefined(),
  );
});
