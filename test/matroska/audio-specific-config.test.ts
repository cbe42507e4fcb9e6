import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  audioSpecificConfig,
  fitsElementaryStream,
  parseAudioSpecificConfig,
} from '../../src/matroska/audio-specific-config.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Packs `[value, bits]` fields into bytes. */
function packed(...fields: [value: number, bits: number][]): Uint8Array {
  const bits = fields.map(([value, count]) => value.toString(2).padStart(count, '0')).join('');
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

describe('plain AAC', () => {
  test.each([
    ['1190', 2, 3, 48_000, 2],
    ['1210', 2, 4, 44_100, 2],
    ['1588', 2, 11, 8_000, 1],
    ['158856e500', 2, 11, 8_000, 1], // as ffmpeg writes it, "no SBR" spelled out behind
    ['1408', 2, 8, 16_000, 1],
    ['0a10', 1, 4, 44_100, 2],
    ['1200', 2, 4, 44_100, 0],
  ])('%s', (hex, objectType, samplingFrequencyIndex, sampleRate, channelConfiguration) => {
    const config = parseAudioSpecificConfig(bytes(hex));
    expect(config).toEqual({
      objectType,
      samplingFrequencyIndex,
      sampleRate,
      channelConfiguration,
      channels: channelConfiguration === 0 ? undefined : channelConfiguration,
      sbr: false,
      ps: false,
      extensionSampleRate: undefined,
      samplesPerFrame: 1024,
    });
    expect(fitsElementaryStream(config!)).toBe(true);
  });
});

test('SBR, signalled in front: the core is LC at half the rate', () => {
  const config = parseAudioSpecificConfig(packed([5, 5], [7, 4], [2, 4], [4, 4], [2, 5], [0, 3]));
  expect(config).toMatchObject({
    objectType: 2,
    sampleRate: 22_050,
    sbr: true,
    ps: false,
    extensionSampleRate: 44_100,
  });
  expect(fitsElementaryStream(config!)).toBe(true);
});

test('PS, signalled in front', () => {
  const config = parseAudioSpecificConfig(
    packed([29, 5], [7, 4], [1, 4], [15, 4], [44_100, 24], [2, 5], [0, 3]),
  );
  expect(config).toMatchObject({
    objectType: 2,
    channels: 1,
    sbr: true,
    ps: true,
    extensionSampleRate: 44_100,
  });
});

test('an explicit rate of the table gets its index', () => {
  const config = parseAudioSpecificConfig(packed([2, 5], [15, 4], [8_000, 24], [1, 4], [0, 3]));
  expect(config).toMatchObject({ samplingFrequencyIndex: 11, sampleRate: 8_000 });
});

test.each([
  [
    'a rate that is not of the table',
    packed([2, 5], [15, 4], [8_001, 24], [1, 4], [0, 3]),
    { sampleRate: 8_001, samplingFrequencyIndex: 15 },
  ],
  ['an escaped object type (xHE-AAC)', packed([31, 5], [42 - 32, 6], [3, 4], [2, 4]), { objectType: 42 }],
  ['frames of 960', packed([2, 5], [3, 4], [2, 4], [1, 1], [0, 2]), { samplesPerFrame: 960 }],
  ['a channel configuration of four bits', packed([2, 5], [3, 4], [12, 4], [0, 3]), { channels: 8 }],
])('no elementary stream: %s', (_, config, expected) => {
  const parsed = parseAudioSpecificConfig(config);
  expect(parsed).toMatchObject(expected);
  expect(fitsElementaryStream(parsed!)).toBe(false);
});

test.each([
  ['empty', bytes('')],
  ['one byte', bytes('11')],
  ['object type 0', bytes('0190')],
  ['a reserved frequency index', packed([2, 5], [13, 4], [2, 4], [0, 3])],
  ['an explicit rate of 0', packed([2, 5], [15, 4], [0, 24], [2, 4], [0, 3])],
  ['SBR, cut off', packed([5, 5], [7, 4], [2, 4])],
  ['SBR of a reserved frequency index', packed([5, 5], [7, 4], [2, 4], [14, 4], [2, 5], [0, 2])],
])('malformed: %s', (_, config) => {
  expect(parseAudioSpecificConfig(config)).toBeUndefined();
});

test('thirteen bits are enough', () => {
  expect(parseAudioSpecificConfig(packed([2, 5], [3, 4], [2, 4]))).toMatchObject({ samplesPerFrame: 1024 });
});

describe('audioSpecificConfig', () => {
  test.each([
    [2, 48_000, 2, '1190'],
    [2, 44_100, 2, '1210'],
    [2, 8_000, 1, '1588'],
    [2, 48_000, 8, '11b8'],
  ])('type %i, %i Hz, %i channels', (objectType, sampleRate, channels, hex) => {
    const config = audioSpecificConfig(objectType, sampleRate, channels);
    expect(config).toEqual(bytes(hex));
    expect(parseAudioSpecificConfig(config!)).toMatchObject({ objectType, sampleRate, channels });
  });

  test('undefined where there is no index', () => {
    expect(audioSpecificConfig(2, 8_001, 1)).toBeUndefined();
    expect(audioSpecificConfig(2, 8_000, 7)).toBeUndefined();
    expect(audioSpecificConfig(2, 8_000, 0)).toBeUndefined();
  });
});

test('never throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), (noise) => void parseAudioSpecificConfig(noise)));
});
