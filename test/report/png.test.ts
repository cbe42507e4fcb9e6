import { describe, expect, test } from 'vitest';
import { glyph } from '../../src/report/font.ts';
import { Picture } from '../../src/report/picture.ts';
import { encodePng } from '../../src/report/png.ts';
import { decodePng } from './decode-png.ts';

describe('encodePng', () => {
  test('gives back every pixel', () => {
    const rgb = Uint8Array.from({ length: 3 * 7 * 5 }, (_, i) => (i * 89) % 256);
    expect(decodePng(Buffer.from(encodePng(7, 5, rgb)))).toEqual({ width: 7, height: 5, rgb });
  });
});

describe('Picture', () => {
  test('a pixel that is half covered is half coloured; nothing is drawn outside', () => {
    const picture = new Picture(3, 2, [0, 0, 0]);
    picture.fill(-5, 0, 1.5, 1, [200, 100, 50]);
    expect([...picture.bytes]).toEqual([200, 100, 50, 100, 50, 25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('text stands where it should, and what the font lacks is a question mark', () => {
    const picture = new Picture(12, 7, [255, 255, 255]);
    picture.text('I\u0007', 0, 0, 1, [0, 0, 0]);
    const column = (x: number) => Array.from({ length: 7 }, (_, y) => picture.bytes[3 * (y * 12 + x)] === 0);
    expect(column(2)).toEqual(new Array(7).fill(true));
    expect(glyph('\u0007')).toBe(glyph('?'));
    expect(glyph('a')).toBe(glyph('A'));
  });
});
