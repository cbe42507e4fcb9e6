import { describe, expect, test } from 'vitest';
import { silences, soundSpans, talkShares } from '../../src/report/activity.ts';
import { PeakMeter } from '../../src/report/peaks.ts';

/** One sample a millisecond: loud where a span says so, else the noise of a line. */
function lane(durationMs: number, spans: readonly (readonly [number, number])[]) {
  const samples = new Int16Array(durationMs).fill(200);
  for (const [from, to] of spans) samples.fill(-5000, from, to);
  const meter = new PeakMeter();
  meter.push(samples);
  return soundSpans(meter.peaks(), 1000);
}

const aligned = (spans: readonly (readonly [number, number])[]) =>
  spans.map(([startMs, endMs]) => ({ startMs, endMs }));

describe('soundSpans', () => {
  test('line noise is no speech; a pause for breath belongs to it; a click does not count', () => {
    const spans = lane(9600, [
      [960, 1920],
      [2240, 3200],
      [6400, 6420],
      [8000, 8960],
    ]);
    expect(spans).toEqual(
      aligned([
        [960, 3200],
        [8000, 8960],
      ]),
    );
  });

  test('silence has none', () => {
    expect(lane(5000, [])).toEqual([]);
  });
});

describe('silences', () => {
  test('only where nobody is heard for two seconds, at the edges too', () => {
    const customer = aligned([[2500, 4000]]);
    const agent = aligned([
      [3000, 6000],
      [7900, 8000],
    ]);
    expect(silences([customer, agent], 12_000)).toEqual(
      aligned([
        [0, 2500],
        [8000, 12_000],
      ]),
    );
  });

  test('a call without sound is one silence, a short one none', () => {
    expect(silences([[], []], 5000)).toEqual(aligned([[0, 5000]]));
    expect(silences([[], []], 1999)).toEqual([]);
  });
});

describe('talkShares', () => {
  test('each alone, both, and nobody make the whole', () => {
    const shares = talkShares(
      [
        aligned([[0, 4000]]),
        aligned([
          [3000, 5000],
          [8000, 9000],
        ]),
      ],
      10_000,
    );
    expect(shares).toEqual({ alone: [0.3, 0.2], together: 0.1, none: expect.closeTo(0.4) });
  });

  test('what lies beyond the end does not count', () => {
    expect(talkShares([aligned([[0, 99]])], 10)).toEqual({ alone: [1], together: 0, none: 0 });
  });
});
