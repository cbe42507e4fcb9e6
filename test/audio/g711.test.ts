import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeAlaw, decodeMulaw, encodeAlaw, encodeMulaw } from '../../src/audio/g711.ts';

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const everySample = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

interface Interval {
  /** Smallest and largest magnitude that gets the code; 16-bit. */
  from: number;
  to: number;
  /** The magnitude that the code stands for. */
  value: number;
}

/** The positive half of G.711, tables 1a and 2a, built by walking its intervals from silence up. */
function intervals(widths: number[]): Interval[] {
  let from = 0;
  return widths.map((width) => {
    const interval = { from, to: from + width - 1, value: from + width / 2 };
    from += width;
    return interval;
  });
}

const sixteenOf = (width: number) => Array<number>(16).fill(width);

// µ-law: an interval of 1 (of 14 bits) that stands for 0, 15 of 2, 16 of 4 … 16 of 256; times 4 for 16 bits.
const mulaw = intervals([
  4,
  ...sixteenOf(8).slice(1),
  ...[16, 32, 64, 128, 256, 512, 1024].flatMap(sixteenOf),
]);
mulaw[0]!.value = 0;
// A-law: 32 intervals of 2 (of 13 bits), then 16 of 4 … 16 of 128; times 8 for 16 bits.
const alaw = intervals([16, 16, 32, 64, 128, 256, 512, 1024].flatMap(sixteenOf));

const laws = [
  {
    name: 'µ-law',
    decode: decodeMulaw,
    encode: encodeMulaw,
    list: mulaw,
    positive: (n: number) => 0xff - n,
    negative: (n: number) => 0x7f - n,
    // SHA-256 of the 256 samples as s16le, as ffmpeg and sox decode them.
    golden: '3dab54339e520bb2c924826e3b72a917a2b612e9fd12fc867500f1d983a75827',
    magnitudeOf: (sample: number) => Math.abs(sample),
  },
  {
    name: 'A-law',
    decode: decodeAlaw,
    encode: encodeAlaw,
    list: alaw,
    positive: (n: number) => (0x80 | n) ^ 0x55,
    negative: (n: number) => n ^ 0x55,
    golden: 'e04788d110e58ff8c70c93b8480190d973e3b67876b6119abbaec766cc75c174',
    magnitudeOf: (sample: number) => (sample < 0 ? -sample - 1 : sample),
  },
];

describe.each(laws)('$name', ({ decode, encode, list, positive, negative, golden, magnitudeOf }) => {
  const decoded = new Int16Array(256);
  decode(codes, 0, 256, decoded);

  test('decodes every code as the tables of G.711 say', () => {
    const expected = new Int16Array(256);
    list.forEach(({ value }, n) => {
      expected[positive(n)] = value;
      expected[negative(n)] = -value;
    });
    expect(decoded).toEqual(expected);
  });

  test('decodes every code as ffmpeg and sox do', () => {
    const bytes = Buffer.alloc(512);
    decoded.forEach((sample, i) => {
      bytes.writeInt16LE(sample, 2 * i);
    });
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(golden);
  });

  test('encodes every sample into the interval that holds it', () => {
    const encoded = new Uint8Array(everySample.length);
    expect(encode(everySample, 0, everySample.length, encoded)).toBe(65_536);
    let interval = 0;
    const expected = new Map<number, number>();
    for (let magnitude = 0; magnitude <= 32_768; magnitude++) {
      while (interval < 127 && list[interval]!.to < magnitude) interval++;
      expected.set(magnitude, interval);
    }
    const wrong = everySample.filter((sample, i) => {
      const n = expected.get(magnitudeOf(sample))!;
      return encoded[i] !== (sample < 0 ? negative(n) : positive(n));
    });
    expect([...wrong]).toEqual([]);
  });

  test('a decoded sample encodes to its own code again', () => {
    const encoded = new Uint8Array(256);
    encode(decoded, 0, 256, encoded);
    const changed = [...codes].filter((code) => encoded[code] !== code);
    expect(changed.map((code) => decoded[code])).toEqual(changed.map(() => 0)); // a negative zero loses its sign
    expect(changed.length).toBeLessThanOrEqual(1);
  });

  test('reads and writes only the range it was given', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.nat(64),
        fc.nat(64),
        fc.nat(8),
        (input, a, b, offset) => {
          const start = Math.min(a, b, input.length);
          const end = Math.min(Math.max(a, b), input.length);
          const out = new Int16Array(96).fill(12_345);
          expect(decode(input, start, end, out, offset)).toBe(end - start);
          const expected = new Int16Array(96).fill(12_345);
          input.subarray(start, end).forEach((code, i) => {
            expected[offset + i] = decoded[code]!;
          });
          expect(out).toEqual(expected);

          const back = new Uint8Array(96).fill(7);
          expect(encode(out, offset, offset + end - start, back, offset)).toBe(end - start);
          expect(back.subarray(0, offset).every((byte) => byte === 7)).toBe(true);
          expect(back.subarray(offset + end - start).every((byte) => byte === 7)).toBe(true);
        },
      ),
    );
  });
});

test('an empty or reversed range is nothing', () => {
  expect(decodeMulaw(codes, 5, 5, new Int16Array(1))).toBe(0);
  expect(decodeAlaw(codes, 5, 4, new Int16Array(1))).toBe(0);
  expect(encodeMulaw(everySample, 5, 4, new Uint8Array(1))).toBe(0);
  expect(encodeAlaw(everySample, 5, 4, new Uint8Array(1))).toBe(0);
});
