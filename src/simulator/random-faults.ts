// Random faults, the same ones for the same seed.
import type { BreakFault, RandomFault } from './faults.ts';

const KINDS: readonly BreakFault['kind'][] = ['end', 'cut', 'reset', 'stall'];
const WITHIN_BYTES = 200_000;

/** Numbers from 0 to below 1 that are the same for the same seed (the mulberry32 generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One draw: a fault, or null where this request is spared. Always takes three numbers, so that draws stay in step. */
export function randomFault(order: RandomFault, random: () => number): BreakFault | null {
  const [chance, which, where] = [random(), random(), random()] as const;
  if (chance >= order.rate) return null;
  const kinds = order.kinds ?? KINDS;
  return {
    kind: kinds[Math.floor(which * kinds.length)]!,
    bytes: Math.floor(where * (order.bytes ?? WITHIN_BYTES)),
    ...(order.for === undefined ? {} : { for: order.for }),
  };
}
