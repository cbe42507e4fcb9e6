// When to ask again: at once after a connection that brought something, later and later while none does, never faster
// than the service allows.
import { setTimeout as wait } from 'node:timers/promises';

/** Limit of the first wait and of the longest, milliseconds; the limit doubles in between. */
const FIRST_MS = 200;
const LONGEST_MS = 10_000;

/** GetMedia, ListFragments and GetMediaForFragmentList take five requests a second for a stream (service quotas). */
const REQUESTS = 5;
/** A little more than the second, since clocks differ. */
const WINDOW_MS = 1_050;

/** Milliseconds to wait before attempt `attempt` of an outage, from 1: random below a limit that doubles. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  if (attempt <= 1) return 0;
  // Full jitter, but never less than half: what fails at once must not be asked again at once.
  const limit = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 2));
  return limit * (0.5 + random() / 2);
}

/** Requests that have a quota of their own. */
export type RequestKind = 'media' | 'list' | 'archive';

/** Spaces the requests to one stream. */
export class RequestPace {
  readonly #recent: Record<RequestKind, number[]> = { media: [], list: [], archive: [] };

  /** Resolves when another request of a kind may be made, and counts it. */
  async turn(kind: RequestKind, signal: AbortSignal): Promise<void> {
    const recent = this.#recent[kind];
    for (;;) {
      const now = performance.now();
      while (recent.length > 0 && now - recent[0]! >= WINDOW_MS) recent.shift();
      if (recent.length < REQUESTS) {
        recent.push(now);
        return;
      }
      await wait(WINDOW_MS - (now - recent[0]!), undefined, { signal });
    }
  }
}
