// Time as the sessions see it, so that a test can let it run faster.

export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Resolves after so many milliseconds, or at once when the signal fires. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A clock that runs `speed` times as fast as the one on the wall. */
export function clockAtSpeed(speed: number): Clock {
  return {
    now: () => performance.now() * speed,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, Math.max(0, milliseconds) / speed);
        signal?.addEventListener('abort', done);
      }),
  };
}

export const WALL_CLOCK: Clock = clockAtSpeed(1);
