// Whether a fragment still belongs to the recording, by what is known of it before anybody asks whose it is.
import type { Fragment } from '../../kvs/fragment.ts';
import { compareNumbers } from './fragment-order.ts';
import type { CaptureRequest, EndedBy } from './request.ts';

/** What ends the recording before `fragment`, if anything does. `startMs` is its first audio, if there is any. */
export function endBefore(
  fragment: Fragment,
  request: CaptureRequest,
  startMs: number | undefined,
): EndedBy | undefined {
  const { stopFragment, endMs, maxDurationMs, clock } = request;
  const { number } = fragment;
  if (stopFragment !== undefined && number !== null && compareNumbers(number, stopFragment) > 0) {
    return 'stop-fragment';
  }
  if (endMs !== undefined) {
    const time = (clock === 'server' ? fragment.serverMs : fragment.producerMs) ?? fragment.clusterMs;
    if (time >= endMs) return 'end-time';
  }
  if (maxDurationMs !== undefined && startMs !== undefined && fragment.clusterMs >= startMs + maxDurationMs) {
    return 'max-duration';
  }
  return undefined;
}

/** Whether the recording ends with `fragment`. */
export function endsWith(fragment: Fragment, { stopFragment }: CaptureRequest): boolean {
  const { number } = fragment;
  return stopFragment !== undefined && number !== null && compareNumbers(number, stopFragment) === 0;
}
