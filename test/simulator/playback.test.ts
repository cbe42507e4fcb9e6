// When fragments appear, and where they are found again: whatever the speed, with and without a loop.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dump } from '../../src/simulator/dump.ts';
import type { Piece } from '../../src/simulator/piece.ts';
import { Playback } from '../../src/simulator/playback.ts';

const START = 1_700_000_000_000;

/** A dump of nothing but an index: pauses before, and lengths of, its fragments. */
function indexOf(lengths: readonly { pauseMs: number; durationMs: number }[]): Dump {
  let at = 5_000_000;
  const pieces = lengths.map(({ pauseMs, durationMs }, index): Piece => {
    const startMs = at + pauseMs;
    at = startMs + durationMs;
    return {
      start: index,
      end: index + 1,
      number: 1000n + BigInt(index) * 7n,
      numbered: true,
      startMs,
      durationMs,
      producerMs: startMs,
      serverMs: startMs,
      head: null,
      opens: true,
      segmentSizeAt: null,
      damaged: false,
    };
  });
  return new Dump({ size: 0, read: () => Buffer.alloc(0), close: () => {} }, pieces);
}

const lengths = fc.array(
  fc.record({ pauseMs: fc.constantFrom(0, 0, 64, 90_000), durationMs: fc.integer({ min: 1, max: 2000 }) }),
  { minLength: 1, maxLength: 20 },
);
const speeds = fc.constantFrom(0.5, 1, 3, 60);

describe('a dump that is played', () => {
  it('has as many fragments as have appeared, in order', () => {
    fc.assert(
      fc.property(lengths, speeds, fc.boolean(), fc.nat(400_000), (list, speed, loop, ms) => {
        const playback = new Playback(
          indexOf(list),
          { speed, loop, stamps: 'now', maxGapMs: Number.POSITIVE_INFINITY },
          START,
        );
        const count = playback.count(START + ms);
        if (count > 0) expect(playback.appearsAt(count - 1)).toBeLessThanOrEqual(START + ms);
        if (count < playback.length) expect(playback.appearsAt(count)).toBeGreaterThan(START + ms);
        for (let i = 1; i < Math.min(count, 60); i++) {
          expect(playback.appearsAt(i)).toBeGreaterThanOrEqual(playback.appearsAt(i - 1));
          expect(playback.placed(i).number > playback.placed(i - 1).number).toBe(true);
        }
        for (let i = 0; i < Math.min(count, 60); i++)
          expect(playback.find(playback.placed(i).number)).toBe(i);
      }),
      { seed: 3 },
    );
  });

  it('at the real speed, is stamped with the time at which it is played', () => {
    fc.assert(
      fc.property(lengths, fc.boolean(), (list, loop) => {
        const dump = indexOf(list);
        const playback = new Playback(dump, { speed: 1, loop, stamps: 'now', maxGapMs: 1000 }, START);
        for (let i = 0; i < Math.min(playback.length, 2 * list.length); i++) {
          const { piece, shiftMs } = playback.placed(i);
          const { startMs, durationMs } = dump.pieces[piece]!;
          expect(startMs + shiftMs + durationMs).toBeCloseTo(playback.appearsAt(i), 3);
        }
      }),
      { seed: 4 },
    );
  });

  it('at another speed, ends at the time at which it has been played', () => {
    for (const speed of [2, 60, Number.POSITIVE_INFINITY]) {
      const dump = indexOf([
        { pauseMs: 0, durationMs: 1000 },
        { pauseMs: 500, durationMs: 900 },
      ]);
      const options = { speed, loop: false, stamps: 'now', maxGapMs: Number.POSITIVE_INFINITY } as const;
      const playback = new Playback(dump, options, START);
      const { shiftMs } = playback.placed(1);
      expect(dump.pieces[1]!.startMs + 900 + shiftMs).toBeCloseTo(playback.appearsAt(1), -1);
    }
  });

  it('has nothing before it begins, and finds no number that it does not have', () => {
    const dump = indexOf([{ pauseMs: 0, durationMs: 10 }]);
    const options = { speed: 1, loop: true, stamps: 'kept', maxGapMs: 1 } as const;
    const waiting = new Playback(dump, options, null);
    expect(waiting.count(START)).toBe(0);
    expect(waiting.appearsAt(0)).toBe(Number.POSITIVE_INFINITY);
    for (const number of [0n, 999n, 1001n]) expect(waiting.find(number)).toBe(-1);
  });
});
