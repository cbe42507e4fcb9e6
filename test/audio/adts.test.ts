import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ADTS_HEADER_BYTES,
  ADTS_MAX_FRAME_BYTES,
  type AdtsConfig,
  writeAdtsHeader,
} from '../../src/audio/adts.ts';

const lc8kMono: AdtsConfig = { objectType: 2, samplingFrequencyIndex: 11, channelConfiguration: 1 };

function header(config: AdtsConfig, frameLength: number): string {
  const out = Buffer.alloc(ADTS_HEADER_BYTES);
  expect(writeAdtsHeader(config, frameLength, out, 0)).toBe(7);
  return out.toString('hex');
}

test.each([
  ['LC, 8 kHz mono', lc8kMono, 586 - 7, 'fff16c40495ffc'],
  ['LC, 44.1 kHz mono', { ...lc8kMono, samplingFrequencyIndex: 4 }, 265 - 7, 'fff15040213ffc'],
])('as ffmpeg writes it: %s', (_, config, frameLength, expected) => {
  expect(header(config, frameLength)).toBe(expected);
});

test('every field stands in its bits', () => {
  const bits = (hex: string, from: number, count: number) =>
    Number((BigInt(`0x${hex}`) >> BigInt(56 - from - count)) & ((1n << BigInt(count)) - 1n));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 0, max: ADTS_MAX_FRAME_BYTES }),
      (objectType, samplingFrequencyIndex, channelConfiguration, frameLength) => {
        const hex = header({ objectType, samplingFrequencyIndex, channelConfiguration }, frameLength);
        expect(bits(hex, 0, 12)).toBe(0xfff);
        expect(bits(hex, 12, 4)).toBe(1); // MPEG-4, layer 0, no checksum
        expect(bits(hex, 16, 2)).toBe(objectType - 1);
        expect(bits(hex, 18, 4)).toBe(samplingFrequencyIndex);
        expect(bits(hex, 22, 1)).toBe(0);
        expect(bits(hex, 23, 3)).toBe(channelConfiguration);
        expect(bits(hex, 26, 4)).toBe(0);
        expect(bits(hex, 30, 13)).toBe(frameLength + 7);
        expect(bits(hex, 43, 11)).toBe(0x7ff);
        expect(bits(hex, 54, 2)).toBe(0);
      },
    ),
  );
});

test('writes at the offset alone', () => {
  const out = new Uint8Array(11).fill(0xaa);
  writeAdtsHeader(lc8kMono, 100, out, 2);
  expect([...out.subarray(0, 3), ...out.subarray(9)]).toEqual([0xaa, 0xaa, 0xff, 0xaa, 0xaa]);
});

test.each([
  ['object type', { ...lc8kMono, objectType: 5 }],
  ['object type', { ...lc8kMono, objectType: 0 }],
  ['sampling frequency index', { ...lc8kMono, samplingFrequencyIndex: 15 }],
  ['channel configuration', { ...lc8kMono, channelConfiguration: 11 }],
  ['channel configuration', { ...lc8kMono, channelConfiguration: Number.NaN }],
])('refuses a %s that has no room', (field, config) => {
  expect(() => writeAdtsHeader(config, 1, new Uint8Array(7), 0)).toThrowError(
    expect.objectContaining({ code: 'adts-unsupported', message: expect.stringContaining(field) }),
  );
});

test.each([ADTS_MAX_FRAME_BYTES + 1, -1, 1.5, Number.NaN])('refuses a frame of %d bytes', (frameLength) => {
  expect(() => writeAdtsHeader(lc8kMono, frameLength, new Uint8Array(7), 0)).toThrowError(
    expect.objectContaining({ code: 'adts-frame-too-long' }),
  );
});
