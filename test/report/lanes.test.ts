import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { parseWavHeader, wavHeader } from '../../src/audio/wav.ts';
import { type LaneFile, Lanes } from '../../src/report/lanes.ts';
import { listeningCopy, listeningCopyBytes } from '../../src/report/listening-copy.ts';
import { scratchDirectory } from '../cli/run-cli.ts';

function wav(path: string, samples: readonly number[], sampleRate = 8000, channels = 1): string {
  const data = Int16Array.from(samples);
  writeFileSync(
    path,
    Buffer.concat([
      wavHeader({ sampleRate, channels, dataBytes: data.byteLength }),
      Buffer.from(data.buffer),
    ]),
  );
  return path;
}

async function read(files: readonly LaneFile[]) {
  const lanes = new Lanes(files);
  const all = lanes.lanes.map(() => [] as number[]);
  for await (const piece of lanes.pieces()) {
    for (const [i, samples] of piece.entries()) all[i]!.push(...samples);
  }
  return { lanes, all };
}

const ramp = (count: number, by = 1) => Array.from({ length: count }, (_, i) => ((i * by) % 60_000) - 30_000);

describe('Lanes', () => {
  test('two files side by side, the shorter one filled with silence', async () => {
    const folder = scratchDirectory();
    const long = ramp(70_000);
    const short = ramp(40_001, 3);
    const { lanes, all } = await read([
      { path: wav(join(folder, 'a.wav'), short), direction: 'from' },
      { path: wav(join(folder, 'b.wav'), long), direction: 'to' },
    ]);
    expect(lanes.samples).toBe(70_000);
    expect(lanes.lanes.map(({ direction, samples }) => [direction, samples])).toEqual([
      ['from', 40_001],
      ['to', 70_000],
    ]);
    expect(all).toEqual([[...short, ...new Array(29_999).fill(0)], long]);
    lanes.close();
  });

  test('a stereo file is the customer and the agent', async () => {
    const folder = scratchDirectory();
    const left = ramp(33_000);
    const right = ramp(33_000, 7);
    const both = left.flatMap((sample, i) => [sample, right[i]!]);
    const { lanes, all } = await read([
      { path: wav(join(folder, 's.wav'), both, 8000, 2), direction: 'both' },
    ]);
    expect(lanes.lanes.map(({ direction }) => direction)).toEqual(['from', 'to']);
    expect(all).toEqual([left, right]);
    lanes.close();
  });

  test('another rate is brought to the higher one, piece by piece without a seam', async () => {
    const folder = scratchDirectory();
    const slow = ramp(40_000);
    const { lanes, all } = await read([
      { path: wav(join(folder, 'a.wav'), slow, 8000), direction: 'from' },
      { path: wav(join(folder, 'b.wav'), ramp(10), 16_000), direction: 'to' },
    ]);
    expect(lanes.sampleRate).toBe(16_000);
    expect(all[0]).toEqual(slow.flatMap((sample) => [sample, sample]));
    lanes.close();
  });

  test('what is no WAV file is refused', () => {
    const path = join(scratchDirectory(), 'x.wav');
    writeFileSync(path, 'no audio at all');
    expect(() => new Lanes([{ path, direction: 'both' }])).toThrow(
      expect.objectContaining({ code: 'not-wav' }),
    );
  });
});

describe('listeningCopy', () => {
  test.each([
    ['both sides', 2],
    ['one side, of an odd length', 1],
  ])('is a µ-law WAV file with every sample in it: %s', async (_name, count) => {
    const folder = scratchDirectory();
    const sides = [ramp(50_001), ramp(50_001, 5)].slice(0, count);
    const lanes = new Lanes(
      sides.map((samples, i) => ({
        path: wav(join(folder, `${i}.wav`), samples),
        direction: i === 0 ? 'from' : 'to',
      })),
    );
    const parts: Uint8Array[] = [];
    for await (const part of listeningCopy(lanes)) parts.push(Uint8Array.from(part));
    const bytes = Buffer.concat(parts);
    expect(bytes.length).toBe(listeningCopyBytes(lanes));
    expect(bytes.length % 2).toBe(0);
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
    const header = parseWavHeader(bytes)!;
    expect(header).toMatchObject({
      formatTag: 7,
      channels: count,
      sampleRate: 8000,
      dataBytes: 50_001 * count,
    });
    const heard = new Int16Array(header.dataBytes);
    decodeMulaw(bytes, header.dataOffset, header.dataOffset + header.dataBytes, heard);
    sides.forEach((samples, side) => {
      const code = new Uint8Array(samples.length);
      encodeMulaw(Int16Array.from(samples), 0, samples.length, code);
      const expected = new Int16Array(samples.length);
      decodeMulaw(code, 0, code.length, expected);
      expect(heard.filter((_, i) => i % count === side)).toEqual(expected);
    });
    lanes.close();
  });
});
