// Calls at the same time: as many as are allowed, none after the signal.

import { expect, test } from 'vitest';
import { atOnce } from '../../../src/cli/record/at-once.ts';

test('so many at a time, the next as soon as one is done, and none begun after the signal', async () => {
  const stop = new AbortController();
  const done: number[] = [];
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const lengths = [50, 10, 10, 10, 10, 10];
  await atOnce(lengths.entries(), 2, stop.signal, async ([index, ms]) => {
    begun.push(index);
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, ms));
    running--;
    done.push(index);
    if (index === 3) stop.abort();
  });
  expect(most).toBe(2);
  // The long one holds up nobody, and is waited for.
  expect(begun).toEqual([0, 1, 2, 3]);
  expect(done).toEqual([1, 2, 3, 0]);
});
