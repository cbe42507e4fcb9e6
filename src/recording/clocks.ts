// A fragment's two clocks: its Cluster's timestamp, by which audio is placed, and the tag that says when it was produced.
import type { Fragment } from '../kvs/fragment.ts';

/** How far a Cluster's time and its producer timestamp tag may differ and still bear each other out, milliseconds. */
export const CLOCK_TOLERANCE_MS = 100;

/** Longest silence inside one recording, milliseconds; audio further on begins another one of the same contact. */
export const MAX_GAP_MS = 24 * 60 * 60 * 1000;

/**
 * Whether the producer timestamp tag agrees with the Cluster's own time, or stands to it as in the fragment before: the
 * two clocks of some producers never agree.
 * @param skewMs How far they were apart before; 0 where they agreed.
 */
export function borneOut(
  { clusterMs, producerMs }: Pick<Fragment, 'clusterMs' | 'producerMs'>,
  skewMs: number,
): boolean {
  if (producerMs === null) return false;
  const skew = clusterMs - producerMs;
  return Math.abs(skew) <= CLOCK_TOLERANCE_MS || Math.abs(skew - skewMs) <= CLOCK_TOLERANCE_MS;
}

/** The remark on a fragment whose time is not believed. */
export function notBorneOut(number: string | null): string {
  return `a fragment (${number ?? 'without a number'}) claims a time that nothing else bears out; it was left out`;
}
