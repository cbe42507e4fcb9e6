import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MergeLayout, mergeWav } from '../../src/audio/merge.ts';
import { WavReader } from '../../src/audio/wav-reader.ts';
import { pieces, wavBytes } from './wav-bytes.ts';

const clip = (value: number) => Math.max(-32_768, Math.min(32_767, value));
const open = (samples: number[], chunking = [64], rate = 8000, channels = 1) =>
  WavReader.open(pieces(wavBytes({ samples, rate, channels }), chunking));

async function merged(first: WavReader, second: WavReader, layout: MergeLayout) {
  const stream = mergeWav(first, second, layout);
  const chunks: Buffer[] = [];
  for await (const pcm of stream.pcm()) chunks.push(Buffer.from(pcm));
  const bytes = Buffer.concat(chunks);
  return { ...stream, samples: [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)] };
}

const line = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 1, maxLength: 200 });
const chunking = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 4 });

describe('mergeWav', () => {
  test('sums and clips, or interleaves, and is as long as the longer one', async () => {
    await fc.assert(
      fc.asyncProperty(line, line, chunking, chunking, async (a, b, ca, cb) => {
        const length = Math.max(a.length, b.length);
        const at = (samples: number[], i: number) => samples[i] ?? 0;
        const frames = Array.from({ length }, (_, i) => i);
        const mix = await merged(await open(a, ca), await open(b, cb), 'mix');
        expect(mix).toMatchObject({ channels: 1, frames: length });
        expect(mix.samples).toEqual(frames.map((i) => clip(at(a, i) + at(b, i))));
        const stereo = await merged(await open(a, ca), await open(b, cb), 'stereo');
        expect(stereo).toMatchObject({ channels: 2, frames: length });
        expect(stereo.samples).toEqual(frames.flatMap((i) => [at(a, i), at(b, i)]));
      }),
      { numRuns: 100 },
    );
  });

  test('a mix of stereo files stays stereo', async () => {
    const mix = await merged(
      await open([1, 2, 3, 4], [64], 8000, 2),
      await open([10, 20], [64], 8000, 2),
      'mix',
    );
    expect(mix).toMatchObject({ channels: 2, frames: 2, samples: [11, 22, 3, 4] });
  });

  test('refuses what does not fit', async () => {
    const wideband = await open([1], [64], 16_000);
    expect(() => mergeWav(wideband, wideband, 'mix')).not.toThrow();
    const mono = await open([1]);
    const stereo = await open([1, 2], [64], 8000, 2);
    expect(() => mergeWav(mono, wideband, 'mix')).toThrow(expect.objectContaining({ code: 'rates-differ' }));
    expect(() => mergeWav(mono, stereo, 'mix')).toThrow(expect.objectContaining({ code: 'channels-differ' }));
    expect(() => mergeWav(stereo, stereo, 'stereo')).toThrow(
      expect.objectContaining({ code: 'channels-differ' }),
    );
  });
});
