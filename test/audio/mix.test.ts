import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { downmix, interleave, mix } from '../../src/audio/mix.ts';

const edge = fc.constantFrom(-32_768, -32_767, -16_385, -16_384, -1, 0, 1, 16_383, 16_384, 32_766, 32_767);
const sample = fc.oneof(edge, fc.integer({ min: -32_768, max: 32_767 }));
const frame = fc.tuple(sample, sample);
/** Two lines of equal length, each array beginning so many samples into its buffer. */
const lines = fc.record({
  frames: fc.array(frame, { maxLength: 70 }),
  offsets: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
});

function at(offset: number, samples: number[]): Int16Array {
  const array = new Int16Array(new ArrayBuffer(2 * (offset + samples.length)), 2 * offset);
  array.set(samples);
  return array;
}

function clip(value: number): number {
  return Math.max(-32_768, Math.min(32_767, value));
}

describe('interleave', () => {
  test('puts left first, whatever the length and the alignment', () => {
    fc.assert(
      fc.property(lines, ({ frames, offsets }) => {
        const left = at(
          offsets[0],
          frames.map(([l]) => l),
        );
        const right = at(
          offsets[1],
          frames.map(([, r]) => r),
        );
        const out = at(offsets[2], Array<number>(2 * frames.length + 3).fill(99));
        interleave(left, right, out, frames.length);
        expect([...out]).toEqual([...frames.flat(), 99, 99, 99]);
      }),
      { numRuns: 500 },
    );
  });
});

describe('mix', () => {
  test('sums and clips, whatever the length and the alignment', () => {
    fc.assert(
      fc.property(lines, ({ frames, offsets }) => {
        const left = at(
          offsets[0],
          frames.map(([l]) => l),
        );
        const right = at(
          offsets[1],
          frames.map(([, r]) => r),
        );
        const out = at(offsets[2], Array<number>(frames.length + 3).fill(99));
        mix(left, right, out, frames.length);
        expect([...out]).toEqual([...frames.map(([l, r]) => clip(l + r)), 99, 99, 99]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('sums quiet lines without touching a neighbour', () => {
    const quiet = fc.integer({ min: -16_384, max: 16_383 });
    fc.assert(
      fc.property(fc.array(fc.tuple(quiet, quiet), { minLength: 8, maxLength: 40 }), (frames) => {
        const out = new Int16Array(frames.length);
        mix(
          Int16Array.from(frames, ([l]) => l),
          Int16Array.from(frames, ([, r]) => r),
          out,
          frames.length,
        );
        expect([...out]).toEqual(frames.map(([l, r]) => l + r));
      }),
    );
  });

  test('clips each of eight samples on its own', () => {
    for (let place = 0; place < 8; place++) {
      const left = new Int16Array(8).fill(-1);
      const right = new Int16Array(8).fill(-1);
      left[place] = place % 2 === 0 ? 32_767 : -32_768;
      right[place] = left[place]!;
      const expected = new Int16Array(8).fill(-2);
      expected[place] = left[place]!;
      const out = new Int16Array(8);
      mix(left, right, out, 8);
      expect(out).toEqual(expected);
    }
  });

  test('may write over its input', () => {
    const left = Int16Array.from({ length: 21 }, (_, i) => i * 3_000);
    const right = Int16Array.from({ length: 21 }, (_, i) => 20_000 - i);
    const expected = left.map((l, i) => clip(l + right[i]!));
    mix(left, right, left, 21);
    expect(left).toEqual(expected);
  });
});

describe('downmix', () => {
  test('averages each frame, rounded toward zero', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(sample, { maxLength: 64 }),
        (channels, samples) => {
          const frames = Math.floor(samples.length / channels);
          const out = new Int16Array(frames + 1).fill(99);
          downmix(Int16Array.from(samples), channels, out, frames);
          const expected = Array.from({ length: frames }, (_, i) => {
            const sum = samples.slice(i * channels, (i + 1) * channels).reduce((a, b) => a + b, 0);
            return Math.trunc(sum / channels) + 0; // + 0: no negative zero
          });
          expect([...out]).toEqual([...expected, 99]);
        },
      ),
    );
  });

  test('may write over its input', () => {
    const samples = Int16Array.of(10, 20, 30, 50, -3, -4);
    downmix(samples, 2, samples, 3);
    expect([...samples.subarray(0, 3)]).toEqual([15, 40, -3]);
  });
});
