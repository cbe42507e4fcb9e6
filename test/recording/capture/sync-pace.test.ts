// How often recordings are brought to the disk, one alone and many at once.
import { describe, expect, it } from 'vitest';
import { MAX_HELD_BYTES, SyncGroup, SyncPace } from '../../../src/recording/capture/sync-pace.ts';

/** Checkpoints of so many calls every 100 ms for so long: the times at which each was brought to the disk. */
function timesOf(calls: number, forMs: number, standing = (_at: number) => 'audio'): number[][] {
  const group = new SyncGroup();
  const paces = Array.from({ length: calls }, () => new SyncPace(undefined, group));
  const times = paces.map((): number[] => []);
  for (let now = 1000; now < 1000 + forMs; now += 100) {
    for (const [i, pace] of paces.entries()) {
      if (!pace.isDue(now, standing(now), 0)) continue;
      pace.begin(now);
      times[i]!.push(now);
    }
  }
  return times;
}

const pauses = (times: readonly number[]) => times.slice(1).map((time, i) => time - times[i]!);

describe('one call', () => {
  it('is brought to the disk at once, and every five seconds', () => {
    const [times] = timesOf(1, 60_000);
    expect(times![0]).toBe(1000);
    expect(new Set(pauses(times!))).toEqual(new Set([5000]));
  });

  it('is so at once when what stands has changed', () => {
    const [times] = timesOf(1, 20_000, (now) => (now < 7300 ? 'audio' : 'another contact'));
    expect(times).toEqual([1000, 6000, 7300, 12_300, 17_300]);
  });

  it('is so when too much waits for it', () => {
    const pace = new SyncPace(60_000, new SyncGroup());
    expect(pace.isDue(0, 'audio', 0)).toBe(true);
    pace.begin(0);
    expect(pace.isDue(100, 'audio', MAX_HELD_BYTES)).toBe(false);
    expect(pace.isDue(200, 'audio', MAX_HELD_BYTES + 1)).toBe(true);
  });

  it('counts from where it began, not from where it was due', () => {
    const pace = new SyncPace(5000, new SyncGroup());
    expect(pace.isDue(0, '', 0)).toBe(false);
    expect(pace.isDue(5000, '', 0)).toBe(true);
    pace.begin(8000);
    expect(pace.isDue(12_900, '', 0)).toBe(false);
    expect(pace.isDue(13_000, '', 0)).toBe(true);
  });
});

describe('many calls at once', () => {
  it('are each brought to the disk every five seconds up to a hundred', () => {
    for (const times of timesOf(100, 60_000)) expect(Math.max(...pauses(times))).toBeLessThanOrEqual(5100);
  });

  it('are fifty milliseconds apart beyond that, and none is left out', () => {
    const all = timesOf(500, 120_000);
    for (const times of all) {
      // Each in its turn, 499 others between.
      expect(Math.min(...pauses(times))).toBeGreaterThanOrEqual(24_900);
      expect(Math.max(...pauses(times))).toBeLessThanOrEqual(25_100);
      expect(times[0]).toBeLessThanOrEqual(26_100);
    }
    const bySecond = new Map<number, number>();
    for (const time of all.flat()) {
      const second = Math.floor(time / 1000);
      bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
    }
    // One of them every 50 ms, as checkpoints every 100 ms let them.
    expect(Math.max(...bySecond.values())).toBeLessThanOrEqual(22);
  });

  it('do not wait for each other where they begin one after the other', () => {
    const group = new SyncGroup();
    for (let i = 0; i < 500; i++) expect(new SyncPace(undefined, group).isDue(i * 60, 'audio', 0)).toBe(true);
  });

  it('are more often brought to the disk when others have ended', () => {
    const group = new SyncGroup();
    const paces = Array.from({ length: 500 }, () => new SyncPace(undefined, group));
    for (const pace of paces) pace.isDue(0, '', 0);
    const [first, ...others] = paces;
    first!.begin(30_000);
    expect(first!.isDue(40_000, '', 0)).toBe(false);
    for (const other of others) other.leave();
    expect(first!.isDue(40_000, '', 0)).toBe(true);
  });
});
