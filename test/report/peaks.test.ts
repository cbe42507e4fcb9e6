import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/report/outline.ts';
import { PeakMeter } from '../../src/report/peaks.ts';

const sample = fc.integer({ min: -32_768, max: 32_767 });

/** Extremes and loudness of pieces as they are by definition. */
function plain(samples: readonly number[], samplesPerPiece: number) {
  const pieces: { low: number; high: number; rms: number }[] = [];
  for (let at = 0; at < samples.length; at += samplesPerPiece) {
    const piece = samples.slice(at, at + samplesPerPiece);
    const energy = piece.reduce((sum, value) => sum + value * value, 0);
    pieces.push({
      low: Math.min(0, ...piece),
      high: Math.max(0, ...piece),
      rms: Math.round(Math.sqrt(energy / piece.length)),
    });
  }
  return pieces;
}

describe('PeakMeter', () => {
  test('measures every piece, in whatever portions the samples come, and never has more than it may', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(sample, { maxLength: 200 }), { maxLength: 12 }),
        fc.constantFrom(2, 4, 6, 64),
        (portions, maxPieces) => {
          const meter = new PeakMeter(maxPieces);
          for (const portion of portions) meter.push(Int16Array.from(portion));
          const { samplesPerPiece, low, high, rms } = meter.peaks();
          const measured = [...low].map((value, i) => ({ low: value, high: high[i], rms: rms[i] }));
          expect(measured).toEqual(plain(portions.flat(), samplesPerPiece));
          expect(low.length).toBeLessThanOrEqual(maxPieces);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('three hours at 8 kHz get pieces of 64 ms', () => {
    const meter = new PeakMeter();
    const second = new Int16Array(8000).fill(1000);
    for (let i = 0; i < 3 * 3600; i++) meter.push(second);
    const { samplesPerPiece, low } = meter.peaks();
    expect(samplesPerPiece).toBe(512);
    expect(low.length).toBe((3 * 3600 * 8000) / 512);
  });
});

describe('columnsOf', () => {
  test('keeps the extremes, whether pieces are joined or repeated', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { minLength: 1, maxLength: 3000 }),
        fc.integer({ min: 1, max: 400 }),
        (samples, count) => {
          const meter = new PeakMeter(128);
          meter.push(Int16Array.from(samples));
          const columns = columnsOf(meter.peaks(), count);
          expect(columns.high.length).toBe(count);
          if (count <= meter.peaks().low.length) {
            expect(Math.max(...columns.high)).toBe(Math.max(0, ...samples));
            expect(Math.min(...columns.low)).toBe(Math.min(0, ...samples));
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
