// A fragment's two clocks: its Cluster's timestamp, by which audio is placed, and the tag that says when it was produced.
import type { Fragment } from '../kvs/fragment.ts';

/** How far a Cluster's time and its producer timestamp tag may differ and still bear each other out, milliseconds. */
const CLOCK_TOLERANCE_MS = 100;

/** Longest silence inside one recording, milliseconds; audio further on begins another one of the same contact. */
export const MAX_GAP_MS = 24 * 60 * 60 * 1000;

/** Whether the producer timestamp tag agrees with the Cluster's own time. */
export function borneOut({ clusterMs, producerMs }: Pick<Fragment, 'clusterMs' | 'producerMs'>): boolean {
  return producerMs !== null && Math.abs(clusterMs - producerMs) <= CLOCK_TOLERANCE_MS;
}

/** The remark on a fragment whose time is not believed. */
export function notBorneOut(number: string | null): string {
  return `a fragment (${number ?? 'without a number'}) claims a time that nothing else bears out; it was left out`;
}
