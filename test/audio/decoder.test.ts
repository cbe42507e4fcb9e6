import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPcmDecoder } from '../../src/audio/decoder.ts';
import type { SampleCodec } from '../../src/sample-codec.ts';

const codecs: [SampleCodec, bytesPerSample: number, stored: number[], s16le: number[]][] = [
  ['s16le', 2, [0x34, 0x12, 0x00, 0x80], [0x34, 0x12, 0x00, 0x80]],
  ['s16be', 2, [0x12, 0x34, 0x80, 0x00], [0x34, 0x12, 0x00, 0x80]],
  ['u8', 1, [0x80, 0x00], [0x00, 0x00, 0x00, 0x80]],
  ['s24le', 3, [0xff, 0x34, 0x12, 0xff, 0x00, 0x80], [0x34, 0x12, 0x00, 0x80]],
  ['s24be', 3, [0x12, 0x34, 0xff, 0x80, 0x00, 0xff], [0x34, 0x12, 0x00, 0x80]],
  ['s32le', 4, [0xff, 0xff, 0x34, 0x12, 0xff, 0xff, 0x00, 0x80], [0x34, 0x12, 0x00, 0x80]],
  ['s32be', 4, [0x12, 0x34, 0xff, 0xff, 0x80, 0x00, 0xff, 0xff], [0x34, 0x12, 0x00, 0x80]],
  ['f32le', 4, [0, 0, 0, 0x3f, 0, 0, 0x80, 0xbf], [0x00, 0x40, 0x00, 0x80]],
  ['mulaw', 1, [0x80, 0xff], [0x7c, 0x7d, 0x00, 0x00]],
  ['alaw', 1, [0xaa, 0xd5], [0x00, 0x7e, 0x08, 0x00]],
];

describe.each(codecs)('%s', (codec, bytesPerSample, stored, s16le) => {
  const decoder = createPcmDecoder(codec);
  const input = Uint8Array.from(stored);

  test('says its width and decodes', () => {
    const out = new Uint8Array(4);
    expect(decoder.bytesPerSample).toBe(bytesPerSample);
    expect(decoder.decode(input, 0, input.length, out, 0)).toBe(4);
    expect([...out]).toEqual(s16le);
  });

  test('drops a partial sample and leaves the rest of the output alone', () => {
    const out = new Uint8Array(6).fill(0xaa);
    const cut = input.length - 1;
    const written = decoder.decode(input, 0, cut, out, 1);
    expect(written).toBe(2);
    expect([...out]).toEqual([0xaa, ...s16le.slice(0, 2), 0xaa, 0xaa, 0xaa]);
  });

  test('decodes the same at odd and even addresses, whole and sample by sample', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(3), (data, offset) => {
        const whole = new Uint8Array(132);
        const written = decoder.decode(data, 0, data.length, whole, 0);
        const pieces = new Uint8Array(132 + offset);
        let at = offset;
        for (let i = 0; i + bytesPerSample <= data.length; i += bytesPerSample) {
          at += decoder.decode(data, i, i + bytesPerSample, pieces, at);
        }
        expect(at - offset).toBe(written);
        expect(pieces.subarray(offset, at)).toEqual(whole.subarray(0, written));
      }),
    );
  });
});
