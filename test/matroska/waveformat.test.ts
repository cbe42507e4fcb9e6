import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseWaveFormat } from '../../src/matroska/waveformat.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const pcm = '0100 0100 401f0000 803e0000 0200 1000';
const extensible = 'feff 0200 401f0000 80bb0000 0600 1800 1600 1800 03000000';
const guidTail = '000000001000800000aa00389b71';

test.each([
  ['PCM without cbSize', pcm, 1, 1, 8_000, 16, 2],
  ['PCM', `${pcm} 0000`, 1, 1, 8_000, 16, 2],
  ['float', '0300 0200 80bb0000 00dc0500 0800 2000 0000', 3, 2, 48_000, 32, 8],
  ['A-law', '0600 0100 401f0000 401f0000 0100 0800 0000', 6, 1, 8_000, 8, 1],
  ['µ-law', '0700 0100 401f0000 401f0000 0100 0800 0000', 7, 1, 8_000, 8, 1],
  ['MP3, which is not decoded', '5500 0200 44ac0000 803e0000 0100 0000 0c00', 0x55, 2, 44_100, 0, 1],
  ['extensible PCM of 24 bits, as sox writes it', `${extensible} 0100 ${guidTail}`, 1, 2, 8_000, 24, 6],
  ['extensible float', `${extensible} 0300 ${guidTail}`, 3, 2, 8_000, 24, 6],
  [
    'extensible of another GUID',
    `${extensible} 0100 ${guidTail.replace('71', '72')}`,
    0xfffe,
    2,
    8_000,
    24,
    6,
  ],
])('%s', (_, hex, formatTag, channels, sampleRate, bitsPerSample, blockAlign) => {
  expect(parseWaveFormat(bytes(hex))).toEqual({ formatTag, channels, sampleRate, bitsPerSample, blockAlign });
});

test.each([
  ['empty', ''],
  ['cut off', pcm.slice(0, -2)],
  ['no channels', '0100 0000 401f0000 803e0000 0200 1000'],
  ['no rate', '0100 0100 00000000 803e0000 0200 1000'],
  ['extensible, cut off', `${extensible} 0100 ${guidTail.slice(2)}`],
])('malformed: %s', (_, hex) => {
  expect(parseWaveFormat(bytes(hex))).toBeUndefined();
});

test('reads a view that does not begin its buffer', () => {
  expect(parseWaveFormat(bytes(`aaaaaa ${pcm}`).subarray(3))?.sampleRate).toBe(8_000);
});

test('never throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 50 }), (noise) => void parseWaveFormat(noise)));
});
