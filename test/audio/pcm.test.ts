import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeF32le, type PcmBitDepth, type PcmDecode, pcmDecoder } from '../../src/audio/pcm.ts';

const bytes = Uint8Array.of(0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff, 0x12, 0x34, 0x56, 0x78);

function decodeAll(decode: PcmDecode, input: Uint8Array): string {
  const out = new Uint8Array(input.length * 2);
  return Buffer.from(out.subarray(0, decode(input, 0, input.length, out, 0))).toString('hex');
}

describe('as ffmpeg converts them', () => {
  test.each<[PcmBitDepth, boolean, string]>([
    [8, false, '00800081008200ff00000001007e007f009200b400d600f8'],
    [16, false, Buffer.from(bytes).toString('hex')],
    [16, true, '01007f028180fffe34127856'],
    [24, false, '01028081ff125678'],
    [24, true, '0100807ffffe5634'],
    [32, false, '027ffeff5678'],
    [32, true, '010081803412'],
  ])('%i bits, big-endian %s', (bitDepth, bigEndian, expected) => {
    expect(decodeAll(pcmDecoder(bitDepth, bigEndian), bytes)).toBe(expected);
  });

  test('32-bit float', () => {
    const samples = [0, 0.5, -0.5, 1, -1, 2, -2, 1 / 32_768, -1 / 32_768, 0.25];
    const input = Buffer.alloc(40);
    samples.forEach((sample, i) => {
      input.writeFloatLE(sample, 4 * i);
    });
    expect(decodeAll(decodeF32le, input)).toBe('0000004000c0ff7f0080ff7f00800100ffff0020');
  });
});

test('float that is no number is silence, infinities are full scale', () => {
  const input = Buffer.alloc(12);
  input.writeFloatLE(Number.NaN, 0);
  input.writeFloatLE(Number.POSITIVE_INFINITY, 4);
  input.writeFloatLE(Number.NEGATIVE_INFINITY, 8);
  expect(decodeAll(decodeF32le, input)).toBe('0000ff7f0080');
});

const layouts = [8, 16, 24, 32].flatMap((bits) => [
  { bits: bits as PcmBitDepth, bigEndian: false },
  { bits: bits as PcmBitDepth, bigEndian: true },
]);

test.each(layouts)('$bits bits, big-endian $bigEndian: any range, any alignment', ({ bits, bigEndian }) => {
  const decode = pcmDecoder(bits, bigEndian);
  const width = bits / 8;
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.nat(9),
      fc.nat(90),
      fc.nat(5),
      (input, start, length, offset) => {
        const end = start + length; // may lie past the input
        const samples = Math.max(0, Math.floor((Math.min(end, input.length) - start) / width));
        const view = new DataView(input.buffer, input.byteOffset, input.length);
        const expected = new Uint8Array(200).fill(0xaa);
        for (let k = 0; k < samples; k++) {
          const at = start + k * width;
          let value = 0;
          for (let b = 0; b < width; b++)
            value = value * 256 + view.getUint8(bigEndian ? at + b : at + width - 1 - b);
          const signed = bits === 8 ? value - 128 : value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
          const sample = bits === 8 ? signed * 256 : Math.floor(signed / 2 ** (bits - 16));
          new DataView(expected.buffer).setInt16(offset + 2 * k, sample, true);
        }
        const out = new Uint8Array(200).fill(0xaa);
        expect(decode(input, start, end, out, offset)).toBe(samples * 2);
        expect(out).toEqual(expected);
      },
    ),
  );
});
