import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { framePassages, type RedactionFill, redactWav, type TimeRange } from '../../src/audio/redact.ts';
import { WavReader } from '../../src/audio/wav-reader.ts';
import { pieces, wavBytes } from './wav-bytes.ts';

async function redacted(samples: number[], ranges: TimeRange[], fill: RedactionFill, channels = 1) {
  const reader = await WavReader.open(pieces(wavBytes({ samples, channels }), [97]));
  const chunks: Buffer[] = [];
  for await (const pcm of redactWav(reader, ranges, fill).pcm()) chunks.push(Buffer.from(pcm));
  const bytes = Buffer.concat(chunks);
  return [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)];
}

/** Times in 64ths of a millisecond: between frames, and exact. */
const ranges = fc.array(
  fc.tuple(fc.nat(120 * 64), fc.nat(60 * 64)).map(([begin, length]) => ({
    begin: begin / 64,
    end: (begin + length) / 64,
  })),
  { maxLength: 6 },
);

describe('redactWav', () => {
  test('every sample of a passage is gone, every other is as it was', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, fc.constantFrom(1, 2), async (passages, channels) => {
        const samples = Array.from({ length: 800 * channels }, (_, i) => 1000 + (i % 9000));
        const result = await redacted(samples, passages, 'silence', channels);
        expect(result).toHaveLength(samples.length);
        result.forEach((sample, i) => {
          // A frame lasts 0.125 ms: it is touched where any of that lies in a passage.
          const frame = Math.floor(i / channels);
          const hit = passages.some(
            ({ begin, end }) => end > begin && begin < (frame + 1) / 8 && end > frame / 8,
          );
          expect(sample).toBe(hit ? 0 : samples[i]);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('the tone is 1 kHz without a break, and covers everything', async () => {
    const result = await redacted(Array(80_000).fill(7), [{ begin: 1000, end: 9000 }], 'tone');
    expect(result.slice(0, 8000).every((sample) => sample === 7)).toBe(true);
    expect(result.slice(72_000).every((sample) => sample === 7)).toBe(true);
    const tone = result.slice(8000, 72_000);
    // Eight samples a period at 8 kHz, over the borders of the blocks, too.
    expect(tone.every((sample, i) => sample === tone[i % 8])).toBe(true);
    expect(Math.max(...tone.slice(0, 8))).toBe(3277);
    expect(tone).not.toContain(7);
  });

  test('passages are sorted, joined and widened to whole frames', () => {
    const at = (begin: number, end: number) => ({ begin, end });
    expect(framePassages([at(10, 20), at(5, 10), at(15, 15), at(30.06, 30.07)], 8000)).toEqual([
      [40, 160],
      [240, 241],
    ]);
    for (const bad of [at(2, 1), at(-1, 1), at(0, Number.NaN), at(0, Number.POSITIVE_INFINITY)]) {
      expect(() => framePassages([bad], 8000)).toThrow(expect.objectContaining({ code: 'bad-range' }));
    }
  });
});
