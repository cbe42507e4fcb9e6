// Stereo and mix against naive ones: both in step, one far ahead, one late, silence of no memory.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { littleEndian, samplesOf, tone } from '../../fixtures/pcm.ts';
import { CHUNK_BYTES, ChunkPool, ChunkStage } from '../../src/recording/chunk.ts';
import { Combiner } from '../../src/recording/combiner.ts';
import { WavFile } from '../../src/recording/wav-file.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-combiner-'));
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

/** Audio of a side: samples, or so many samples of silence. */
type Piece = Int16Array | number;
/** In order of arrival: whose, and what. */
type Arrivals = readonly (readonly [side: 0 | 1, piece: Piece])[];

function combine(arrivals: Arrivals): { stereo: Int16Array; mix: Int16Array } {
  const pool = new ChunkPool();
  const options = { sampleRate: 8000, overwrite: false };
  const stereo = new WavFile(path.join(folder, 's.wav'), { ...options, channels: 2 });
  const mix = new WavFile(path.join(folder, 'm.wav'), { ...options, channels: 1 });
  const combiner = new Combiner(pool, stereo, mix);
  const stages = ([0, 1] as const).map(
    (side) => new ChunkStage(pool, [(chunk, position) => combiner.take(side, chunk, position)]),
  );
  for (const [side, piece] of arrivals) {
    if (typeof piece === 'number') stages[side]!.zeros(2 * piece);
    else stages[side]!.write(littleEndian(piece), 0, 2 * piece.length);
  }
  for (const stage of stages) stage.flush();
  combiner.flush();
  stereo.finish();
  mix.finish();
  const data = (name: string): Int16Array => samplesOf(fs.readFileSync(path.join(folder, name)).subarray(44));
  return { stereo: data('s.wav'), mix: data('m.wav') };
}

function naive(arrivals: Arrivals): { stereo: Int16Array; mix: Int16Array } {
  const sides = [0, 1].map((side) =>
    arrivals.flatMap(([whose, piece]) => {
      if (whose !== side) return [];
      return typeof piece === 'number' ? Array<number>(piece).fill(0) : [...piece];
    }),
  );
  const frames = Math.max(...sides.map(({ length }) => length));
  const stereo = new Int16Array(2 * frames);
  const mix = new Int16Array(frames);
  for (let i = 0; i < frames; i++) {
    const [left = 0, right = 0] = [sides[0]![i], sides[1]![i]];
    stereo.set([left, right], 2 * i);
    mix[i] = Math.max(-32_768, Math.min(32_767, left + right));
  }
  return { stereo, mix };
}

function expectAlike(arrivals: Arrivals): void {
  const found = combine(arrivals);
  const wanted = naive(arrivals);
  for (const layout of ['stereo', 'mix'] as const) {
    expect(found[layout].length, layout).toBe(wanted[layout].length);
    expect(Buffer.from(found[layout].buffer).equals(Buffer.from(wanted[layout].buffer)), layout).toBe(true);
  }
}

/** Samples of a full chunk. */
const CHUNK = CHUNK_BYTES / 2;
/** Loud, so that sums clip. */
const left = tone({ hz: 440, amplitude: 30_000 });
const right = tone({ hz: 300, amplitude: 30_000 });
const FAR = 24 * CHUNK;

describe('Combiner', () => {
  it('combines two directions that come in turn', () => {
    const turns = Array.from({ length: 30 }, (_, i) => i * 9001);
    expectAlike(
      turns.flatMap(
        (at): Arrivals => [
          [0, left(at, 9001)],
          [1, right(at, 9001)],
        ],
      ),
    );
  });

  it.each([
    ['one direction only', [[0, left(0, 3 * CHUNK + 11)]]],
    ['the other direction only', [[1, right(0, 3 * CHUNK + 11)]]],
    [
      'one that is shorter',
      [
        [0, left(0, 2 * CHUNK + 5)],
        [1, right(0, 700)],
      ],
    ],
    [
      'one that ends on a chunk',
      [
        [0, left(0, 2 * CHUNK)],
        [1, right(0, CHUNK)],
      ],
    ],
    ['one frame', [[0, left(0, 1)]]],
    [
      'half a chunk and one frame',
      [
        [0, left(0, CHUNK / 2 + 1)],
        [1, right(0, CHUNK / 2)],
      ],
    ],
    [
      'long silence of one',
      [
        [0, 5 * CHUNK],
        [1, right(0, 5 * CHUNK)],
      ],
    ],
    [
      'long silence of both',
      [
        [0, 5 * CHUNK + 9],
        [1, 5 * CHUNK + 9],
      ],
    ],
    [
      'silence, then audio',
      [
        [0, 3 * CHUNK],
        [0, left(0, 100)],
        [1, right(0, 50)],
      ],
    ],
  ] as [string, Arrivals][])('combines %s', (_, arrivals) => {
    expectAlike(arrivals);
  });

  it.each([
    [
      'late data of the one to the customer',
      [
        [0, left(0, FAR)],
        [1, right(0, FAR)],
      ],
    ],
    [
      'late data of the other',
      [
        [1, right(0, FAR)],
        [0, left(0, FAR)],
      ],
    ],
    [
      'late data that stops early',
      [
        [0, left(0, FAR)],
        [1, right(0, 1000)],
      ],
    ],
    [
      'late data that goes on longer',
      [
        [0, left(0, FAR)],
        [1, right(0, FAR + 3 * CHUNK + 7)],
      ],
    ],
    [
      'late data into silence',
      [
        [0, FAR],
        [1, right(0, FAR - 77)],
      ],
    ],
    [
      'late silence',
      [
        [0, left(0, FAR)],
        [1, FAR],
      ],
    ],
    [
      'late data after late silence',
      [
        [0, left(0, FAR)],
        [1, CHUNK],
        [1, right(0, FAR)],
      ],
    ],
  ] as [string, Arrivals][])('puts %s in its place', (_, arrivals) => {
    expectAlike(arrivals);
  });
});
