// Repeats a call to a service while what it fails with is worth waiting for.

import { setTimeout as wait } from 'node:timers/promises';
import { isTransient } from './aws-error.ts';

export interface Patience {
  /** Attempts in all, each of which the SDK has already repeated a few times at short intervals. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  readonly firstWaitMs?: number;
  /** Milliseconds that no wait exceeds. */
  readonly longestWaitMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called before each wait. */
  onRetry?(error: unknown, attempt: number, waitMs: number): void;
}

/**
 * What `call` resolves to. Throttling, server errors and broken connections are tried again after a wait of random
 * length up to a limit that doubles ("full jitter", AWS Architecture Blog, "Exponential Backoff And Jitter").
 * @throws The error of the last attempt, or any other at once.
 */
export async function patiently<Value>(
  call: (attempt: number) => Promise<Value>,
  { attempts = 5, firstWaitMs = 500, longestWaitMs = 20_000, signal, onRetry }: Patience = {},
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      if (attempt >= attempts || signal?.aborted || !isTransient(error)) throw error;
      const waitMs = Math.random() * Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
      onRetry?.(error, attempt, waitMs);
      await wait(waitMs, undefined, signal && { signal });
    }
  }
}
