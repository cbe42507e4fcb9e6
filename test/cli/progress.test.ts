import { describe, expect, test } from 'vitest';
import { Tally } from '../../src/cli/progress.ts';

describe('progress', () => {
  test('of one input: percent, speed, time left', () => {
    const tally = new Tally([100e6], 0);
    tally.update(0, 10e6);
    expect(tally.text(1000)).toBe('10%  10 MB/s  0:09 left');
  });

  test('of several: how many are done; an input counts as what was read of it once it is', () => {
    const tally = new Tally([10e6, 10e6, 30e6], 0);
    tally.update(0, 5e6);
    tally.finish(0);
    tally.update(1, 4e6);
    expect(tally.text(1000)).toBe('20%  9.0 MB/s  0:04 left  (1 of 3 inputs)');
  });

  test('of an unknown size: what was read', () => {
    const tally = new Tally([undefined], 0);
    expect(tally.text(0)).toBe('0 B');
    tally.update(0, 2e6);
    expect(tally.text(2000)).toBe('2.0 MB  1.0 MB/s');
  });

  test('the speed is that of the last seconds', () => {
    const tally = new Tally([1e9], 0);
    for (let second = 1; second <= 20; second++) {
      tally.update(0, second <= 10 ? second * 1e6 : 10e6 + (second - 10) * 20e6);
      tally.text(second * 1000);
    }
    expect(tally.text(20_000)).toContain('20 MB/s');
  });

  test('never more than all of it, and nothing at once of nothing', () => {
    const growing = new Tally([10], 0);
    growing.update(0, 20);
    expect(growing.text(1000)).toMatch(/^100% /);
    expect(new Tally([0], 0).text(1000)).toBe('100%');
  });
});
