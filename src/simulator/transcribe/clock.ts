// The stand-in's time: the wall's, or one that a test moves on.

export interface StandInClock {
  /** Milliseconds that only ever grow. */
  now(): number;
  /** Calls once, after so many milliseconds. What it returns calls it off. */
  after(milliseconds: number, then: () => void): () => void;
}

/** The clock on the wall, `speed` times as fast. */
export function wallClockAt(speed: number): StandInClock {
  return {
    now: () => performance.now() * speed,
    after(milliseconds, then) {
      const timer = setTimeout(then, milliseconds / speed);
      return () => clearTimeout(timer);
    },
  };
}
